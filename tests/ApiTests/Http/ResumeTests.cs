using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Models;

namespace OrleansInference.ApiTests.Http;

/// <summary>A client whose connection broke sends its request again with the id of the last event that it has.</summary>
public sealed partial class ResumeTests
{
    public static TheoryData<string, string> Requests => new()
    {
        { Wire.Chat, Wire.Ask("\"stream\":true") },
        { Wire.Chat, Wire.Ask("\"stream\":true,\"logprobs\":true,\"top_logprobs\":2,\"stream_options\":{\"include_usage\":true}") },
        { Wire.Chat, Wire.Ask("\"stream\":true,\"stop\":[\"rd\"]") },
        { Wire.Chat, Wire.Ask("\"stream\":true,\"n\":2,\"stop\":[\"nothing\"]") },
        { Wire.Completions, """{"model":"scripted","prompt":"say hello","stream":true,"max_tokens":9}""" },
        { Wire.Completions, """{"model":"scripted","prompt":"say hello","stream":true,"echo":true,"logprobs":1,"stop":"\n"}""" },
        { Wire.Completions, """{"model":"scripted","prompt":["a b","c"],"stream":true,"n":2,"max_tokens":4,"stream_options":{"include_usage":true}}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task AStreamCutAfterAnyEventGoesOnAsIfNothingHadHappened(string path, string body)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ResumableService(new ScriptedService()));
        string[] whole = Events(await FinishAsync(api, path, body, null));
        Assert.All(whole[..^1], static text => Assert.StartsWith("id: ", text, StringComparison.Ordinal));

        for (int cut = 1; cut < whole.Length; cut++)
        {
            string[] before = await ReadAsync(api, path, body, cut);
            string[] after = Events(await FinishAsync(api, path, body, IdOf(before[^1])));
            Assert.Equal(InOrder(whole), InOrder([.. before, .. after]));
        }
    }

    [Fact]
    public async Task TheAnswerKeepsItsNameAndItsTime()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ResumableService(new ScriptedService()));
        string body = Wire.Ask("\"stream\":true");
        string[] before = await ReadAsync(api, Wire.Chat, body, 3);
        string after = await FinishAsync(api, Wire.Chat, body, IdOf(before[^1]));
        JsonElement first = ChunkOf(before[0]);
        JsonElement last = ChunkOf(Events(after)[^2]);
        Assert.Equal(first.GetProperty("id").GetString(), last.GetProperty("id").GetString());
        Assert.Equal(first.GetProperty("created").GetInt64(), last.GetProperty("created").GetInt64());
    }

    [Fact]
    public async Task AClientThatWentAwayWithAnEventsIdMayComeBack()
    {
        ResumableService service = new(new ScriptedService { Answer = (_, _) => "abc", Hold = new TaskCompletionSource() });
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        await ReadAsync(api, Wire.Chat, Wire.Ask("\"stream\":true"), 2);
        Assert.True(await service.Generations.Single().Ended.Task);
    }

    [Theory]
    [InlineData("\"stream\":true")]
    [InlineData("\"stream\":false")]
    public async Task AClientThatHasNoEventStopsTheWork(string stream)
    {
        ResumableService service = new(new ScriptedService { Answer = (_, _) => "<think>", Hold = new TaskCompletionSource() });
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        using CancellationTokenSource away = new();
        Task<HttpResponseMessage> call = api.Http.PostAsync(new Uri(Wire.Chat, UriKind.Relative), new StringContent(Wire.Ask(stream), null, "application/json"), away.Token);
        while (service.Generations.IsEmpty)
        {
            await Task.Yield();
        }

        await away.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => (await call).Dispose());
        Assert.False(await service.Generations.Single().Ended.Task);
    }

    [Theory]
    [InlineData("41")]
    [InlineData("0198f000000070008000000000000000.")]
    [InlineData("0198f000000070008000000000000000.41:")]
    [InlineData("0198f000000070008000000000000000.41:-1")]
    [InlineData("0198f000000070008000000000000000.4 1:1")]
    [InlineData("0198f000000070008000000000000000.41:1,99999999999")]
    [InlineData("0198f0000000400080000000000000000.41:1")]
    [InlineData("0198f000000070008000000000000000.41:1,1")]
    [InlineData("0198f000000070008000000000000000.41:1")]
    public async Task AnIdThatIsNoneOfOursIsRefused(string id)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ResumableService(new ScriptedService()));
        using HttpResponseMessage response = await SendAsync(api, Wire.Chat, Wire.Ask("\"stream\":true"), id);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Last-Event-ID", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherRequestIsNotResumed()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ResumableService(new ScriptedService()));
        string[] before = await ReadAsync(api, Wire.Chat, Wire.Ask("\"stream\":true"), 2);
        using HttpResponseMessage response = await SendAsync(api, Wire.Chat, Wire.Ask("\"stream\":true", "something else"), IdOf(before[^1]));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task WhereNothingCanBeResumedEventsHaveNoIdsAndTheHeaderMeansNothing()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        string stream = await FinishAsync(api, Wire.Chat, Wire.Ask("\"stream\":true"), "anything");
        Assert.DoesNotContain("id: ", stream, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", stream, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFailureBreaksOffWhatIsResumedToo()
    {
        ScriptedService scripted = new() { Answer = (_, _) => "some text" };
        await using ApiFixture api = await ApiFixture.StartAsync(new ResumableService(scripted));
        string[] before = await ReadAsync(api, Wire.Chat, Wire.Ask("\"stream\":true"), 2);
        scripted.FailAt = (4, new InferenceException(ErrorCode.Unavailable, "The stage was lost."));
        using HttpResponseMessage response = await SendAsync(api, Wire.Chat, Wire.Ask("\"stream\":true"), IdOf(before[^1]));
        Assert.Contains("The stage was lost.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SendAsync(ApiFixture api, string path, string body, string? id)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(body, null, "application/json") };
        if (id is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", id);
        return await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<string> FinishAsync(ApiFixture api, string path, string body, string? id)
    {
        using HttpResponseMessage response = await SendAsync(api, path, body, id);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    /// <summary>Reads so many events and goes away.</summary>
    private static async Task<string[]> ReadAsync(ApiFixture api, string path, string body, int events)
    {
        using HttpResponseMessage response = await SendAsync(api, path, body, null);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        List<string> read = [];
        List<string> lines = [];
        while (read.Count < events)
        {
            string line = (await reader.ReadLineAsync())!;
            if (line.Length > 0)
            {
                lines.Add(line);
                continue;
            }

            read.Add(string.Join('\n', lines));
            lines.Clear();
        }

        return [.. read];
    }

    private static string[] Events(string stream) => stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

    private static JsonElement ChunkOf(string text) => JsonElement.Parse(text.Split('\n')[^1]["data: ".Length..]);

    private static string IdOf(string text) => text.Split('\n')[0]["id: ".Length..];

    /// <summary>The events of each choice in their order, without what differs between two answers; ids of several choices depend on who took turns.</summary>
    private static string[] InOrder(string[] events)
    {
        string[] plain = [.. events.Select(static text => Numbers().Replace(text, "N"))];
        bool one = plain.All(static text => !text.Contains("\"index\":1", StringComparison.Ordinal));
        return [.. plain.Select(text => one ? text : text.Split('\n')[^1]).Select((text, place) => (text, place)).OrderBy(static item => ChoiceOf(item.text)).ThenBy(static item => item.place).Select(static item => item.text)];
    }

    private static int ChoiceOf(string text) => Index().Match(text) is { Success: true } match ? match.Groups[1].Value[0] - '0' : 9;

    [GeneratedRegex("""[0-9a-f]{32}(\.\d+)?|"created":\d+""")]
    private static partial Regex Numbers();

    [GeneratedRegex("\"index\":(\\d)")]
    private static partial Regex Index();
}
