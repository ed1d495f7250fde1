using System.Net;
using Microsoft.AspNetCore.Http;
using OrleansInference.Api.Generation;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Models;

namespace OrleansInference.ApiTests.Http;

/// <summary>A stream that has begun is never silent for long.</summary>
public sealed class KeepAliveTests
{
    private const string Comment = ": keep-alive";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    public static TheoryData<string, string> Requests => new()
    {
        { Wire.Chat, Wire.Ask("\"stream\":true") },
        { Wire.Completions, Wire.Complete("\"stream\":true") },
        { Wire.Completions, Wire.Complete("\"stream\":true", "[\"a\",\"b\"]") },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task ASilentStreamGetsCommentsBetweenItsEvents(string path, string body)
    {
        ScriptedService service = Held();
        await using ApiFixture api = await StartAsync(service);
        using StreamReader reader = await OpenAsync(api, path, body);
        List<string> lines = [];
        for (int comments = 0; comments < 3;)
        {
            lines.Add(await AdvanceUntilAsync(reader));
            comments += lines[^1] == Comment ? 1 : 0;
        }

        service.Hold!.SetResult();
        lines.AddRange((await reader.ReadToEndAsync()).Split('\n'));

        // A comment is a block of its own, and what is left is what streams are without any.
        string stream = string.Join('\n', lines);
        string[] blocks = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(blocks, static block => Assert.True(block == Comment || block.StartsWith("data: ", StringComparison.Ordinal), block));
        Assert.NotEmpty(Wire.Chunks(string.Concat(blocks.Where(static block => block != Comment).Select(static block => block + "\n\n"))));
        Assert.Equal(0, _time.Timers);
    }

    [Fact]
    public async Task EventsPutTheCommentOff()
    {
        ScriptedService service = Held();
        await using ApiFixture api = await StartAsync(service);
        using StreamReader reader = await OpenAsync(api, Wire.Chat, Wire.Ask("\"stream\":true"));
        await ReadUntilAsync(reader, "\"content\":\"a\"");
        _time.Advance(Interval * 0.6);
        TaskCompletionSource held = service.Hold!;
        service.Hold = new TaskCompletionSource();
        held.SetResult();
        await ReadUntilAsync(reader, "\"content\":\"b\"");
        _time.Advance(Interval * 0.6);
        service.Hold.SetResult();

        Assert.DoesNotContain(Comment, await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingIsSentBeforeTheFirstEvent()
    {
        using ManualResetEventSlim gate = new();
        TaskCompletionSource asked = new();
        ScriptedService service = Held();
        service.Answer = (_, _) =>
        {
            asked.SetResult();
            gate.Wait();
            throw new InferenceException(ErrorCode.Unavailable, "The stage was lost.");
        };
        await using ApiFixture api = await StartAsync(service);
        Task<HttpResponseMessage> call = api.SendAsync(Wire.Chat, Wire.Ask("\"stream\":true"));
        await asked.Task;
        Assert.Equal(0, _time.Timers);
        gate.Set();

        using HttpResponseMessage response = await call;
        await Wire.ErrorAsync(response, HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task WithoutAnIntervalThereAreNoComments()
    {
        ScriptedService service = Held();
        await using ApiFixture api = await StartAsync(service, TimeSpan.Zero);
        using StreamReader reader = await OpenAsync(api, Wire.Chat, Wire.Ask("\"stream\":true"));
        await ReadUntilAsync(reader, "\"content\":\"a\"");
        Assert.Equal(0, _time.Timers);
        service.Hold!.SetResult();

        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientThatGoesAwayEndsTheComments()
    {
        ScriptedService service = Held();
        await using ApiFixture api = await StartAsync(service);
        using (StreamReader reader = await OpenAsync(api, Wire.Chat, Wire.Ask("\"stream\":true")))
        {
            while (await AdvanceUntilAsync(reader) != Comment)
            {
                // The events before it.
            }
        }

        while (_time.Timers > 0)
        {
            _time.Advance(Interval);
            await Task.Yield();
        }

        await service.Generations.Single().Disposed.Task;
    }

    [Fact]
    public async Task AnEventsTurnAllocatesNothing()
    {
        await using KeepAlive keepAlive = new(new EventStream(new DefaultHttpContext()), Interval, _time, CancellationToken.None);
        using CancellationTokenSource aborted = new();
        keepAlive.Start();
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                Assert.True(keepAlive.EnterAsync(aborted.Token).IsCompletedSuccessfully);
                keepAlive.Leave();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(1, _time.Timers);
    }

    /// <summary>Says a token, and more when it is let.</summary>
    private static ScriptedService Held() => new() { Answer = static (_, _) => "abc", Hold = new TaskCompletionSource() };

    private Task<ApiFixture> StartAsync(ScriptedService service, TimeSpan? interval = null) => ApiFixture.StartAsync(service, options => options.KeepAlive = interval ?? Interval, _time);

    private static async Task<StreamReader> OpenAsync(ApiFixture api, string path, string body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(body, null, "application/json") };
        HttpResponseMessage response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    /// <summary>Reads a line; time goes on until it is there.</summary>
    private async Task<string> AdvanceUntilAsync(StreamReader reader)
    {
        Task<string?> line = reader.ReadLineAsync();
        while (await Task.WhenAny(line, Task.Delay(1)) != line)
        {
            _time.Advance(Interval);
        }

        return (await line)!;
    }

    private static async Task ReadUntilAsync(StreamReader reader, string text)
    {
        while (!(await reader.ReadLineAsync())!.Contains(text, StringComparison.Ordinal))
        {
            // What comes before.
        }
    }
}
