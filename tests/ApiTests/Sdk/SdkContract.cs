using System.ClientModel;
using System.Text;
using OpenAI.Chat;
using OrleansInference.Engine.Requests;
using OrleansInference.Text;

namespace OrleansInference.ApiTests.Sdk;

/// <summary>What the official client must see of any model that reasons, whichever service is behind the interface.</summary>
public abstract class SdkContract
{
    private static readonly UserChatMessage Question = new("What is 123 + 456?");

    private protected abstract IInferenceService Service { get; }

    private protected abstract ModelText Text { get; }

    [Fact]
    public async Task AStreamHasTheTextAndUsageOfTheWholeAnswer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(Service, text: Text);
        ChatClient chat = Chat(api);

        ChatCompletion whole = await chat.CompleteChatAsync([Question], Options());
        StringBuilder text = new();
        ChatTokenUsage? usage = null;
        ChatFinishReason? finish = null;
        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync([Question], Options()))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            finish ??= update.FinishReason;
            usage ??= update.Usage;
        }

        Assert.NotEmpty(whole.Content[0].Text);
        Assert.Equal(whole.Content[0].Text, text.ToString());
        Assert.Equal(whole.FinishReason, finish);
        Assert.Equal(whole.Usage.OutputTokenCount, usage!.OutputTokenCount);
        Assert.InRange(usage.OutputTokenDetails.ReasoningTokenCount, 1, usage.OutputTokenCount - 1);
    }

    [Fact]
    public async Task LogProbabilitiesSpellTheAnswer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(Service, text: Text);
        ChatCompletionOptions options = Options();
        options.IncludeLogProbabilities = true;
        options.TopLogProbabilityCount = 2;

        ChatCompletion whole = await Chat(api).CompleteChatAsync([Question], options);

        Assert.Equal(whole.Content[0].Text, string.Concat(whole.ContentTokenLogProbabilities.Select(token => token.Token)).TrimStart('\n'));
        Assert.All(whole.ContentTokenLogProbabilities, token => Assert.InRange(token.LogProbability, -9999, 0));
        Assert.All(whole.ContentTokenLogProbabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task AStopStringCutsTheAnswerBeforeIt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(Service, text: Text);
        string whole = (await Chat(api).CompleteChatAsync([Question], Options())).Value.Content[0].Text;
        ChatCompletionOptions options = Options();
        options.StopSequences.Add(whole[^4..]);

        ChatCompletion cut = await Chat(api).CompleteChatAsync([Question], options);

        Assert.Equal(ChatFinishReason.Stop, cut.FinishReason);
        Assert.StartsWith(string.Concat(cut.Content.Select(part => part.Text)), whole[..^4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheTokenLimitEndsTheAnswerWithLength()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(Service, text: Text);
        ChatCompletionOptions options = Options();
        options.MaxOutputTokenCount = 3;

        ChatCompletion cut = await Chat(api).CompleteChatAsync([Question], options);

        Assert.Equal((ChatFinishReason.Length, 3), (cut.FinishReason, cut.Usage.OutputTokenCount));
    }

    [Theory]
    [InlineData("nobody", 404, "model_not_found")]
    [InlineData(null, 400, "context_length_exceeded")]
    public async Task ErrorsArriveWithStatusAndCode(string? model, int status, string code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(Service, text: Text);
        ChatCompletionOptions options = Options();
        options.MaxOutputTokenCount = 100_000;

        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(
            () => api.OpenAI().GetChatClient(model ?? Service.Model.Id).CompleteChatAsync([Question], options));

        Assert.Equal(status, error.Status);
        Assert.Contains(code, error.Message, StringComparison.Ordinal);
    }

    private ChatClient Chat(ApiFixture api) => api.OpenAI().GetChatClient(Service.Model.Id);

    private static ChatCompletionOptions Options() => new() { Temperature = 0 };
}
