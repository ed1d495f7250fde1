using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("\"ab\"", "<bos>ab")]
    [InlineData("[\"ab\",\"c\"]", "<bos>ab|<bos>c")]
    [InlineData("[97,98]", "ab")]
    [InlineData("[[97],[98,99]]", "a|bc")]
    public async Task APromptHasFourForms(string prompt, string expected)
    {
        ScriptedService service = new() { Answer = (_, _) => "x" };
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        JsonElement whole = await api.PostAsync(Wire.Completions, Wire.Complete(prompt: prompt));

        Assert.Equal(expected, string.Join('|', service.Requests.Select(request => ScriptedService.Text.Tokenizer.Decode(request.Prompt.Span, false))));
        Assert.Equal(service.Requests.Sum(request => request.Prompt.Length), whole.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal("text_completion", whole.GetProperty("object").GetString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[1,\"a\"]")]
    [InlineData("[[1],2]")]
    [InlineData("[[]]")]
    [InlineData("[-1]")]
    [InlineData("[264]")]
    [InlineData("[true]")]
    [InlineData("[\"a\",null]")]
    public async Task AnythingElseIsRefused(string prompt)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement error = await api.PostErrorAsync(Wire.Completions, Wire.Complete(prompt: prompt), HttpStatusCode.BadRequest);

        Assert.StartsWith("prompt", error.GetProperty("param").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChoicesAreNumberedPromptByPrompt()
    {
        ScriptedService service = new();
        service.Answer = (request, choice) => $"{ScriptedService.Text.Tokenizer.Decode(request.Prompt.Span, true)}{choice}";
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        JsonElement choices = (await api.PostAsync(Wire.Completions, Wire.Complete("\"n\":2", "[\"a\",\"b\"]"))).GetProperty("choices");
        JsonElement[] chunks = Wire.Chunks(await api.StreamAsync(Wire.Completions, Wire.Complete("\"n\":2,\"stream\":true", "[\"a\",\"b\"]")));

        Assert.Equal(["a0", "a1", "b0", "b1"], choices.EnumerateArray().Select(choice => choice.GetProperty("text").GetString()));
        Assert.Equal(
            ["a0", "a1", "b0", "b1"],
            chunks.Select(chunk => chunk.GetProperty("choices")[0]).GroupBy(choice => choice.GetProperty("index").GetInt32()).OrderBy(group => group.Key)
                .Select(group => string.Concat(group.Select(choice => choice.GetProperty("text").GetString()))));
    }

    [Fact]
    public async Task EchoWithLogProbabilitiesCoversPromptAndAnswer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "é!" });

        JsonElement choice = (await api.PostAsync(Wire.Completions, Wire.Complete("\"echo\":true,\"logprobs\":1", "\"ab\""))).GetProperty("choices")[0];
        JsonElement scores = choice.GetProperty("logprobs");

        Assert.Equal("abé!", choice.GetProperty("text").GetString());
        Assert.Equal(["<bos>", "a", "b", "bytes:\\xc3", "bytes:\\xa9", "!"], scores.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        Assert.Equal([0, 0, 1, 2, 3, 3], scores.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()));
        Assert.Equal(JsonValueKind.Null, scores.GetProperty("token_logprobs")[0].ValueKind);
        Assert.Equal(-0.5f, scores.GetProperty("top_logprobs")[1].GetProperty("a").GetSingle());
    }

    [Fact]
    public async Task AStreamsLogProbabilitiesAddUpToTheWholeAnswers()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "née" });
        const string Fields = "\"echo\":true,\"logprobs\":2";

        JsonElement whole = (await api.PostAsync(Wire.Completions, Wire.Complete(Fields))).GetProperty("choices")[0].GetProperty("logprobs");
        JsonElement[] parts = [.. Wire.Chunks(await api.StreamAsync(Wire.Completions, Wire.Complete(Fields + ",\"stream\":true")))
            .Select(chunk => chunk.GetProperty("choices")[0].GetProperty("logprobs")).Where(part => part.ValueKind is not JsonValueKind.Null)];

        foreach (JsonProperty list in whole.EnumerateObject())
        {
            Assert.Equal(list.Value.EnumerateArray().Select(item => item.GetRawText()), parts.SelectMany(part => part.GetProperty(list.Name).EnumerateArray()).Select(item => item.GetRawText()));
        }
    }

    [Fact]
    public async Task EchoAloneNeedsNoToken()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement whole = await api.PostAsync(Wire.Completions, Wire.Complete("\"echo\":true,\"max_tokens\":0,\"logprobs\":0"));

        Assert.Equal("tea", whole.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal("length", whole.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(4, whole.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("tokens").GetArrayLength());
        Assert.Equal(0, whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task WhenOnePromptFailsTheOthersAreStopped()
    {
        ScriptedService service = new() { Answer = (request, _) => request.Prompt.Length == 2 ? "a" : "much longer" };
        service.FailAt = (5, new InvalidOperationException("lost"));
        service.Hold = new TaskCompletionSource();
        service.Hold.SetResult();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        await api.PostErrorAsync(Wire.Completions, Wire.Complete(prompt: "[\"a\",\"bcd\"]"), HttpStatusCode.InternalServerError);

        await Task.WhenAll(service.Generations.Select(generation => generation.Disposed.Task));
    }

    [Theory]
    [InlineData("\"suffix\":\"x\"", "suffix")]
    [InlineData("\"best_of\":3", "best_of")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"logprobs\":true", "logprobs")]
    [InlineData("\"n\":16,\"prompt\":0", "prompt")]
    [InlineData("\"max_completion_tokens\":5", "max_completion_tokens")]
    public async Task WhatIsNotHonouredIsNamed(string field, string parameter)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        string body = field.Contains("prompt", StringComparison.Ordinal) ? $"{{\"model\":\"scripted\",{field}}}" : Wire.Complete(field);

        JsonElement error = await api.PostErrorAsync(Wire.Completions, body, HttpStatusCode.BadRequest);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }
}
