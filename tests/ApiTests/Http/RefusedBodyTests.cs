using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

/// <summary>A body that is refused costs the log one line a minute for each client, and no trace.</summary>
public sealed class RefusedBodyTests
{
    [Theory]
    [InlineData("{\"prompt\":")] // malformed
    [InlineData("deep")]
    [InlineData("large")]
    [InlineData("declared")] // large by its header alone, above what Kestrel itself would take
    public async Task Refused_bodies_are_reported_once(string body)
    {
        using NotedLog log = new();
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), options => options.MaxBodyBytes = 4096, log: log);
        for (int i = 0; i < 3; i++)
        {
            if (body == "declared")
            {
                await DeclareAsync(api.Address, 100_000_000);
            }
            else
            {
                string text = body switch { "deep" => "{\"prompt\":" + new string('[', 1000), "large" => $"{{\"prompt\":\"{new string('x', 8192)}\"}}", _ => body };
                using StringContent content = new(text, Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await api.Http.PostAsync(new Uri("/tokenize", UriKind.Relative), content);
                Assert.InRange((int)answer.StatusCode, 400, 413);
            }
        }

        (_, string line, Exception? trace) = Assert.Single(log.From(LogLevel.Warning));
        Assert.StartsWith("A request body from 127.0.0.1 was refused (request req-", line, StringComparison.Ordinal);
        Assert.Null(trace);
    }

    [Fact]
    public async Task They_are_reported_again_after_a_minute()
    {
        ManualTime time = new();
        using NotedLog log = new();
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), time: time, log: log);
        for (int minute = 1; minute <= 2; minute++)
        {
            await api.PostErrorAsync("/tokenize", "{", HttpStatusCode.BadRequest);
            await api.PostErrorAsync("/tokenize", "{", HttpStatusCode.BadRequest);
            Assert.Equal(minute, log.From(LogLevel.Warning).Length);
            time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>Sends the head of a request and a part of its body, and waits for the answer and the end.</summary>
    private static async Task DeclareAsync(Uri address, int length)
    {
        using TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /tokenize HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{"));
        using StreamReader reader = new(stream);
        Assert.Contains(" 413 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }
}
