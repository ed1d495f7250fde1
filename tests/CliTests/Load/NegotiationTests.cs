using System.Text.Json.Nodes;
using OrleansInference.Bench.Load;
using OrleansInference.Models;

namespace OrleansInference.CliTests.Load;

public sealed class NegotiationTests
{
    private readonly List<string> _said = [];

    [Fact]
    public async Task Token_ids_are_asked_for_first()
    {
        (RequestShape shape, JsonNode prompt) = await AgreeAsync((_, _, answer) => answer, tokens: 9);
        Assert.Equal(new RequestShape { Model = "m" }, shape);
        Assert.Equal(9, prompt.AsArray().Count);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task A_small_vocabulary_gets_small_ids()
    {
        (_, JsonNode prompt) = await AgreeAsync(
            (body, _, answer) => body["prompt"]!.AsArray().Max(id => (int)id!) < 1024 ? answer : ScriptedTarget.Refuse(answer, 400, "out of vocabulary"), tokens: 1);
        Assert.InRange((int)prompt[0]!, 1, 899);
    }

    [Fact]
    public async Task A_token_that_the_server_adds_is_counted()
    {
        (_, JsonNode prompt) = await AgreeAsync(
            (body, _, answer) => answer with { Usage = new TokenUsage(body["prompt"]!.AsArray().Count + 1, 1, null) }, tokens: 9);
        Assert.Equal(8, prompt.AsArray().Count);
    }

    [Theory]
    [InlineData("Unrecognized argument: ignore_eos")]
    [InlineData("Extra inputs are not permitted")]
    public async Task A_refused_ignore_eos_is_left_out(string message)
    {
        (RequestShape shape, JsonNode prompt) = await AgreeAsync(
            (body, _, answer) => body.ContainsKey("ignore_eos") ? ScriptedTarget.Refuse(answer, 400, message) : answer, tokens: 3);
        Assert.Equal(new RequestShape { Model = "m", IgnoreEos = false }, shape);
        Assert.Equal(3, prompt.AsArray().Count);
        Assert.Contains("ignore_eos", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_stream_options_are_left_out()
    {
        (RequestShape shape, _) = await AgreeAsync(
            (body, _, answer) => body.ContainsKey("stream_options") ? ScriptedTarget.Refuse(answer, 422, "stream_options: unknown") : answer, tokens: 3);
        Assert.False(shape.IncludeUsage);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 11)]
    public async Task Without_completions_a_chat_gets_text_of_the_length_asked_for(int tokensPerWord, int template)
    {
        (RequestShape shape, JsonNode prompt) = await AgreeAsync(
            (body, path, answer) => path == "chat/completions"
                ? answer with { Usage = new TokenUsage(Count((string)body["messages"]![0]!["content"]!), 1, null) }
                : ScriptedTarget.Refuse(answer, 404, "Not Found"),
            tokens: 11 + (3 * 40));
        Assert.True(shape.Chat);
        Assert.Equal(11 + (3 * 40), Count((string)prompt!));

        int Count(string text) => template + (tokensPerWord * text.Split(' ').Length);
    }

    [Fact]
    public async Task A_length_that_text_cannot_have_is_said()
    {
        await AgreeAsync(
            (body, _, answer) => body["prompt"] is JsonArray
                ? ScriptedTarget.Refuse(answer, 400, "prompt must be a string")
                : answer with { Usage = new TokenUsage(100 + ((string)body["prompt"]!).Split(' ').Length, 1, null) },
            tokens: 20);
        Assert.Contains("Prompts have 101 tokens instead of 20", _said[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "Unauthorized", ErrorCode.Unavailable)]
    [InlineData(503, "starting", ErrorCode.Unavailable)]
    [InlineData(404, "no such model", ErrorCode.InvalidRequest)]
    [InlineData(400, "too long", ErrorCode.InvalidRequest)]
    public async Task A_server_that_refuses_everything_is_quoted(int status, string message, ErrorCode code)
    {
        InferenceException exception = await Assert.ThrowsAsync<InferenceException>(
            () => AgreeAsync((_, _, answer) => ScriptedTarget.Refuse(answer, status, message), tokens: 3));
        Assert.Equal(code, exception.Code);
        Assert.Contains($"HTTP {status}: {message}", exception.Message, StringComparison.Ordinal);
    }

    private async Task<(RequestShape Shape, JsonNode Prompt)> AgreeAsync(Func<JsonObject, string, Answer, Answer> reply, int tokens)
    {
        Random random = new(3);
        LoadSettings settings = new() { Url = new Uri("http://localhost"), PromptTokens = tokens };
        Negotiation negotiation = new(new ScriptedTarget(reply), settings, "m", random, new LoadClock(new ManualTime()), _said.Add);
        (RequestShape shape, IPromptSource prompts) = await negotiation.AgreeAsync(CancellationToken.None);
        return (shape, prompts.Next(random));
    }
}
