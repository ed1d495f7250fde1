using System.ClientModel;
using System.Text;
using OpenAI.Chat;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Sdk;

public sealed class SdkChatTests
{
    [Fact]
    public async Task AChatIsAnsweredWithUsage()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        ChatClient chat = api.OpenAI().GetChatClient("scripted");

        ChatCompletion answer = await chat.CompleteChatAsync([new SystemChatMessage("Be brief."), new UserChatMessage("say tea")], new ChatCompletionOptions { Temperature = 0 });

        Assert.Equal("I heard tea.", answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(ChatMessageRole.Assistant, answer.Role);
        Assert.Equal("fp_scripted", answer.SystemFingerprint);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
        Assert.True(answer.Usage.OutputTokenDetails.ReasoningTokenCount > 0);
        Assert.Equal(1, answer.Usage.InputTokenDetails.CachedTokenCount);
    }

    [Fact]
    public async Task AStreamHasTheSameTextAsTheWholeAnswer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        ChatClient chat = api.OpenAI().GetChatClient("scripted");

        StringBuilder text = new();
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync("say tea"))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            finish ??= update.FinishReason;
            usage ??= update.Usage;
        }

        Assert.Equal("I heard tea.", text.ToString());
        Assert.Equal(ChatFinishReason.Stop, finish);
        Assert.NotNull(usage);
    }

    [Fact]
    public async Task AStopStringEndsTheAnswerBeforeIt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        ChatCompletionOptions options = new();
        options.StopSequences.Add("heard t");

        ChatCompletion answer = await api.OpenAI().GetChatClient("scripted").CompleteChatAsync([new UserChatMessage("say tea")], options);

        Assert.Equal("I ", answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [Fact]
    public async Task LogProbabilitiesSpellTheAnswer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        ChatCompletionOptions options = new() { IncludeLogProbabilities = true, TopLogProbabilityCount = 2 };

        ChatCompletion answer = await api.OpenAI().GetChatClient("scripted").CompleteChatAsync([new UserChatMessage("say tea")], options);

        Assert.Equal("I heard tea.", string.Concat(answer.ContentTokenLogProbabilities.Select(token => token.Token)).TrimStart('\n'));
        Assert.All(answer.ContentTokenLogProbabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task TheTokenLimitEndsTheAnswerWithLength()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "one two three" });

        ChatCompletion answer = await api.OpenAI().GetChatClient("scripted").CompleteChatAsync([new UserChatMessage("go")], new ChatCompletionOptions { MaxOutputTokenCount = 7 });

        Assert.Equal("one two", answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal(7, answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task AnUnknownModelIsNotFound()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(() => api.OpenAI().GetChatClient("nobody").CompleteChatAsync("hello"));

        Assert.Equal(404, error.Status);
        Assert.Contains("model_not_found", error.Message, StringComparison.Ordinal);
    }
}
