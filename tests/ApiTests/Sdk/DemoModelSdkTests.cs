using System.Text.Json;
using OrleansInference.ApiTests.Http;
using OrleansInference.Cli.Hosting;
using OrleansInference.Engine.Requests;
using OrleansInference.Text;

namespace OrleansInference.ApiTests.Sdk;

public sealed class DemoModelSdkTests : SdkContract, IAsyncLifetime
{
    private readonly ServedCheckpoint _model = ServedCheckpoint.Load(DemoServer.Options, progress: null);

    private protected override IInferenceService Service => _model.Service;

    private protected override ModelText Text => _model.Text;

    [Fact]
    public async Task ArithmeticHasItsStepsInTheReasoningAndItsResultInTheAnswer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(Service, text: Text);

        JsonElement whole = await api.PostAsync(Wire.Chat, """{"model":"demo","messages":[{"role":"user","content":"What is 123 + 456?"}],"temperature":0}""");

        JsonElement message = whole.GetProperty("choices")[0].GetProperty("message");
        Assert.Contains("579", message.GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("think>", message.GetRawText(), StringComparison.Ordinal);
        Assert.NotEmpty(message.GetProperty("reasoning_content").GetString()!);
    }

    [Fact]
    public async Task EchoScoresThePrompt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(Service, text: Text);

        JsonElement whole = await api.PostAsync(Wire.Completions, """{"model":"demo","prompt":"What is 1 + 1?","echo":true,"logprobs":2,"max_tokens":0}""");

        JsonElement choice = whole.GetProperty("choices")[0];
        JsonElement scores = choice.GetProperty("logprobs");
        Assert.Equal("What is 1 + 1?", choice.GetProperty("text").GetString());
        Assert.Equal(whole.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), scores.GetProperty("tokens").GetArrayLength());
        Assert.All(scores.GetProperty("token_logprobs").EnumerateArray().Skip(1), score => Assert.True(score.GetSingle() <= 0));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _model.DisposeAsync();
}
