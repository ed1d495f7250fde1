using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Models;

namespace OrleansInference.ApiTests.Http;

public sealed class StreamTests
{
    [Fact]
    public async Task AStreamIsSpelledAsOpenAIs()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "<think>\na</think>\n\né" });

        string stream = await api.StreamAsync(Wire.Chat, Wire.Ask("\"stream\":true"));

        JsonElement first = Wire.Chunks(stream)[0];
        string id = first.GetProperty("id").GetString()!;
        long created = first.GetProperty("created").GetInt64();
        string head = $$"""data: {"id":"{{id}}","object":"chat.completion.chunk","created":{{created}},"model":"scripted","system_fingerprint":"fp_scripted","choices":[{"index":0,"delta":""";
        Assert.StartsWith("chatcmpl-", id, StringComparison.Ordinal);
        Assert.Equal(
            head + """{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}""" + "\n\n"
            + head + """{"reasoning_content":"a"},"logprobs":null,"finish_reason":null}]}""" + "\n\n"
            + head + """{"content":"é"},"logprobs":null,"finish_reason":null}]}""" + "\n\n"
            + head + """{},"logprobs":null,"finish_reason":"stop"}]}""" + "\n\n"
            + "data: [DONE]\n\n",
            stream);
    }

    [Fact]
    public async Task UsageIsALastChunkWithoutChoices()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "hi" });

        JsonElement[] chunks = Wire.Chunks(await api.StreamAsync(Wire.Chat, Wire.Ask("\"stream\":true,\"stream_options\":{\"include_usage\":true}")));

        Assert.All(chunks[..^1], chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(3, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task EachChoiceHasItsOwnStartDeltasAndFinish()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, choice) => new string((char)('a' + choice), choice + 1) });

        JsonElement[] choices = [.. Wire.Chunks(await api.StreamAsync(Wire.Chat, Wire.Ask("\"stream\":true,\"n\":3"))).Select(chunk => chunk.GetProperty("choices")[0])];

        for (int index = 0; index < 3; index++)
        {
            JsonElement[] own = [.. choices.Where(choice => choice.GetProperty("index").GetInt32() == index)];
            Assert.Equal("assistant", own[0].GetProperty("delta").GetProperty("role").GetString());
            Assert.Equal(new string((char)('a' + index), index + 1), string.Concat(own[1..^1].Select(choice => choice.GetProperty("delta").GetProperty("content").GetString())));
            Assert.Equal("stop", own[^1].GetProperty("finish_reason").GetString());
            Assert.All(own[..^1], choice => Assert.Equal(JsonValueKind.Null, choice.GetProperty("finish_reason").ValueKind));
        }
    }

    [Fact]
    public async Task LogProbabilitiesComeWithTheText()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "<think>\nx</think>\n\nü!" });

        JsonElement[] scores = [.. Wire.Chunks(await api.StreamAsync(Wire.Chat, Wire.Ask("\"stream\":true,\"logprobs\":true,\"top_logprobs\":1")))
            .Select(chunk => chunk.GetProperty("choices")[0].GetProperty("logprobs")).Where(score => score.ValueKind is not JsonValueKind.Null)];

        byte[] content = [.. scores.SelectMany(score => score.GetProperty("content").EnumerateArray()).SelectMany(token => token.GetProperty("bytes").EnumerateArray()).Select(one => one.GetByte())];
        Assert.Equal("ü!", System.Text.Encoding.UTF8.GetString(content).TrimStart('\n'));
        Assert.Contains(scores, score => score.GetProperty("reasoning_content").ValueKind is JsonValueKind.Array);
    }

    [Fact]
    public async Task AFailureAfterTheStartIsOneErrorEventAndTheEnd()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(
            new ScriptedService { Answer = (_, _) => "some text", FailAt = (4, new InferenceException(ErrorCode.Unavailable, "The stage was lost.")) });

        string stream = await api.StreamAsync(Wire.Chat, Wire.Ask("\"stream\":true"));

        Assert.EndsWith(
            "\n\nevent: error\ndata: {\"error\":{\"message\":\"The stage was lost.\",\"type\":\"server_error\",\"param\":null,\"code\":\"service_unavailable\"}}\n\n",
            stream,
            StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", stream, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFailureBeforeTheFirstTokenIsAnHttpError()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { FailAt = (0, new InvalidOperationException("secret path /etc")) });

        JsonElement error = await api.PostErrorAsync(Wire.Chat, Wire.Ask("\"stream\":true"), HttpStatusCode.InternalServerError);

        Assert.DoesNotContain("secret", error.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeltasAreSentImmediately()
    {
        ScriptedService service = new() { Answer = (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        using HttpRequestMessage request = new(HttpMethod.Post, Wire.Chat) { Content = new StringContent(Wire.Ask("\"stream\":true"), null, "application/json") };
        using HttpResponseMessage response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());

        Assert.Contains("assistant", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await reader.ReadLineAsync();
        Assert.Contains("\"content\":\"a\"", await reader.ReadLineAsync(), StringComparison.Ordinal);
        service.Hold.SetResult();

        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AClientThatGoesAwayStopsTheWork(bool stream)
    {
        ScriptedService service = new() { Answer = (_, _) => "abc", Hold = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        using CancellationTokenSource away = new();
        Task<HttpResponseMessage> call = api.Http.PostAsync(
            new Uri(Wire.Chat, UriKind.Relative), new StringContent(Wire.Ask($"\"stream\":{(stream ? "true" : "false")}"), null, "application/json"), away.Token);
        while (service.Generations.IsEmpty)
        {
            await Task.Yield();
        }

        await away.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => (await call).Dispose());

        await service.Generations.Single().Disposed.Task;
        Assert.True(service.Generations.Single().TokensGiven <= 1);
    }

    [Fact]
    public async Task ManyStreamsRunTogetherWithoutMixing()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        string[] texts = await Task.WhenAll(Enumerable.Range(0, 48).Select(async number =>
        {
            JsonElement[] chunks = Wire.Chunks(await api.StreamAsync(Wire.Chat, Wire.Ask("\"stream\":true", $"say word{number}")));
            return string.Concat(chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta")).Select(delta => delta.TryGetProperty("content", out JsonElement content) ? content.GetString() : ""));
        }));

        Assert.Equal(Enumerable.Range(0, 48).Select(number => $"I heard word{number}."), texts);
    }
}
