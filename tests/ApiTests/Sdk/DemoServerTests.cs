using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;
using OpenAI.Responses;

namespace OrleansInference.ApiTests.Sdk;

/// <summary>The official client against the demo model: real weights, a real tokenizer, a real template.</summary>
public sealed class DemoServerTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string Question = "What is 123 + 456?";

    private OpenAIClient Client => new(
        new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "/v1"), RetryPolicy = new ClientRetryPolicy(0) });

    private ChatClient Chat => Client.GetChatClient("demo");

    [Fact]
    public async Task Arithmetic_is_answered_with_its_steps_apart()
    {
        using HttpClient http = new() { BaseAddress = server.Address };
        using HttpResponseMessage response = await http.PostAsJsonAsync(
            "v1/chat/completions", new { model = "demo", temperature = 0, messages = new[] { new { role = "user", content = Question } } });
        JsonElement body = await response.Content.ReadFromJsonAsync<JsonElement>();
        JsonElement message = body.GetProperty("choices")[0].GetProperty("message");

        Assert.Contains("579", message.GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("think>", message.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            ["ones: 3 + 6 + 0 = 9, write 9, carry 0", "tens: 2 + 5 + 0 = 7, write 7, carry 0", "hundreds: 1 + 4 + 0 = 5, write 5, carry 0"],
            message.GetProperty("reasoning_content").GetString()!.Trim().Split('\n'));
        JsonElement usage = body.GetProperty("usage");
        int reasoning = usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32();
        Assert.InRange(reasoning, 1, usage.GetProperty("completion_tokens").GetInt32() - 1);
        Assert.StartsWith("fp_", body.GetProperty("system_fingerprint").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streamed_and_whole_answers_are_the_same()
    {
        ChatCompletionOptions options = new() { Temperature = 0 };
        ChatCompletion whole = await Chat.CompleteChatAsync([new UserChatMessage(Question)], options);
        StringBuilder streamed = new();
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in Chat.CompleteChatStreamingAsync([new UserChatMessage(Question)], options))
        {
            streamed.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            usage ??= update.Usage;
        }

        Assert.Equal(whole.Content[0].Text, streamed.ToString());
        Assert.Equal(whole.Usage.OutputTokenCount, usage?.OutputTokenCount);
        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
    }

    [Fact]
    public async Task A_fact_from_an_earlier_turn_is_remembered()
    {
        ChatCompletion first = await Chat.CompleteChatAsync([new UserChatMessage(Question)], new ChatCompletionOptions { Temperature = 0 });
        ChatCompletion second = await Chat.CompleteChatAsync(
            [new UserChatMessage(Question), new AssistantChatMessage(first.Content[0].Text), new UserChatMessage("What is 41 - 7?")],
            new ChatCompletionOptions { Temperature = 0 });
        Assert.Contains("34", second.Content[0].Text, StringComparison.Ordinal);
        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_answer()
    {
        List<string> answers = [];
        foreach (long seed in new long[] { 5, 5 })
        {
#pragma warning disable OPENAI001 // The seed is marked as experimental by the library, and is an ordinary field of the API.
            ChatCompletion answer = await Chat.CompleteChatAsync([new UserChatMessage("Tell me a joke.")], new ChatCompletionOptions { Seed = seed, Temperature = 1.5f, MaxOutputTokenCount = 40 });
#pragma warning restore OPENAI001
            answers.Add(string.Concat(answer.Content.Select(part => part.Text)) + answer.Usage.OutputTokenCount);
        }

        Assert.Equal(answers[0], answers[1]);
    }

    [Fact]
    public async Task Log_probabilities_are_of_the_greedy_tokens()
    {
        ChatCompletion answer = await Chat.CompleteChatAsync(
            [new UserChatMessage(Question)], new ChatCompletionOptions { Temperature = 0, IncludeLogProbabilities = true, TopLogProbabilityCount = 3 });
        Assert.NotEmpty(answer.ContentTokenLogProbabilities);
        Assert.All(answer.ContentTokenLogProbabilities, token =>
        {
            Assert.Equal(token.Token, token.TopLogProbabilities[0].Token);
            Assert.Equal(token.LogProbability, token.TopLogProbabilities[0].LogProbability);
            Assert.InRange(token.TopLogProbabilities.Sum(top => Math.Exp(top.LogProbability)), 0, 1.0001);
        });
    }

    [Fact]
    public async Task A_response_has_the_steps_and_the_result_and_is_continued()
    {
#pragma warning disable OPENAI001 // Responses are marked as experimental by the library.
        ResponsesClient client = Client.GetResponsesClient();
        CreateResponseOptions options = new("demo", [ResponseItem.CreateUserMessageItem(Question)]) { Temperature = 0 };
        ResponseResult first = await client.CreateResponseAsync(options);
        Assert.Contains("579", first.GetOutputText(), StringComparison.Ordinal);
        Assert.Equal(2, first.OutputItems.Count);
        CreateResponseOptions next = new("demo", [ResponseItem.CreateUserMessageItem("What is 41 - 7?")]) { Temperature = 0, PreviousResponseId = first.Id };
        ResponseResult second = await client.CreateResponseAsync(next);
        Assert.Contains("34", second.GetOutputText(), StringComparison.Ordinal);
        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount);
#pragma warning restore OPENAI001
    }

    [Fact]
    public async Task A_stop_string_ends_the_answer()
    {
        ChatCompletionOptions options = new() { Temperature = 0 };
        options.StopSequences.Add(" = ");
        ChatCompletion answer = await Chat.CompleteChatAsync([new UserChatMessage(Question)], options);
        Assert.DoesNotContain("579", string.Concat(answer.Content.Select(part => part.Text)), StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [Fact]
    public async Task A_token_limit_ends_the_answer()
    {
        ChatCompletion answer = await Chat.CompleteChatAsync([new UserChatMessage(Question)], new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 5 });
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal(5, answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_prompt_beyond_the_context_is_refused()
    {
        ClientResultException refusal = await Assert.ThrowsAsync<ClientResultException>(
            () => Chat.CompleteChatAsync([new UserChatMessage(string.Concat(Enumerable.Repeat("What is 123 + 456? ", 20_000)))]));
        Assert.Equal(400, refusal.Status);
        Assert.Contains("context_length_exceeded", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model_is_refused()
    {
        ClientResultException refusal = await Assert.ThrowsAsync<ClientResultException>(
            () => Client.GetChatClient("another").CompleteChatAsync([new UserChatMessage(Question)]));
        Assert.Equal(404, refusal.Status);
    }

    [Fact]
    public async Task The_model_is_listed()
    {
        OpenAIModelCollection models = await Client.GetOpenAIModelClient().GetModelsAsync();
        Assert.Equal(["demo"], models.Select(model => model.Id));
    }
}
