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
    public async Task TheTokenLimitEndsTheAnswerWithLength()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "one two three" });

        ChatCompletion answer = await api.OpenAI().GetChatClient("scripted").CompleteChatAsync([new UserChatMessage("go")], new ChatCompletionOptions { MaxOutputTokenCount = 7 });

        Assert.Equal("one two", answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal(7, answer.Usage.OutputTokenCount);
    }
}
