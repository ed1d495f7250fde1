using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using OpenAI;
using OpenAI.Chat;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Requests;
using OrleansInference.Text;

namespace OrleansInference.ApiTests.Sdk;

public sealed class ScriptedSdkTests : SdkContract
{
    private protected override IInferenceService Service { get; } = new ScriptedService();

    private protected override ModelText Text => ScriptedService.Text;

    [Fact]
    public async Task CommentsOfAStreamAreNotSeen()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(Service, text: Text);
        string stream = await api.StreamAsync(Wire.Chat, Wire.Ask("\"stream\":true"));
        using CannedHandler commented = new(stream.Replace("data: ", ": keep-alive\n\ndata: ", StringComparison.Ordinal));
        using HttpClient http = new(commented);
        using HttpClientPipelineTransport transport = new(http);
        ChatClient chat = new("scripted", new ApiKeyCredential("unused"), new OpenAIClientOptions { Transport = transport });

        StringBuilder text = new();
        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync([new UserChatMessage("say tea")]))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(static part => part.Text)));
        }

        Assert.Equal("I heard tea.", text.ToString());
    }

    private sealed class CannedHandler(string stream) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent(stream, Encoding.UTF8, "text/event-stream") });
    }
}
