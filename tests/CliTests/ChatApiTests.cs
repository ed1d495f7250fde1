using Microsoft.AspNetCore.Http;
using OrleansInference.Cli.Chat;
using OrleansInference.CliTests.Load;

namespace OrleansInference.CliTests;

public sealed class ChatApiTests
{
    [Fact]
    public async Task Comments_of_a_stream_are_not_seen()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(static context => context.Response.WriteAsync(
            """
            : keep-alive

            data: {"choices":[{"delta":{"content":"Four"},"finish_reason":null}]}

            : keep-alive

            data: {"choices":[{"delta":{"content":"teen"},"finish_reason":"stop"}]}

            data: [DONE]


            """));
        using ChatApi api = new(server.Address, null);
        List<ChatDelta> deltas = [];
        await foreach (ChatDelta delta in api.AskAsync("scripted", [new ChatMessage("user", "7 + 7?")], new ChatSettings(null, null, null), CancellationToken.None))
        {
            deltas.Add(delta);
        }

        Assert.Equal(["Four", "teen"], deltas.Select(static delta => delta.Content));
    }
}
