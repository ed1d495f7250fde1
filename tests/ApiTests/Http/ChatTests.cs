using System.Text.Json;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Requests;

namespace OrleansInference.ApiTests.Http;

public sealed class ChatTests
{
    [Fact]
    public async Task EverySamplingFieldReachesTheService()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        await api.PostAsync(Wire.Chat, Wire.Ask(
            """
            "temperature":0.3,"top_p":0.9,"top_k":40,"min_p":0.1,"repetition_penalty":1.2,"presence_penalty":0.5,"frequency_penalty":-0.5,"logit_bias":{"65":-5},
            "seed":-1,"logprobs":true,"top_logprobs":3,"max_completion_tokens":50,"min_tokens":2,"ignore_eos":true,"stop_token_ids":[10],"n":2,"priority":7
            """));

        GenerationRequest request = service.LastRequest;
        SamplingParameters sampling = request.Sampling;
        Assert.Equal((0.3f, 0.9f, 40, 0.1f), (sampling.Temperature, sampling.TopP, sampling.TopK, sampling.MinP));
        Assert.Equal((1.2f, 0.5f, -0.5f), (sampling.RepetitionPenalty, sampling.PresencePenalty, sampling.FrequencyPenalty));
        Assert.Equal(-5f, sampling.LogitBias[65]);
        Assert.Equal((ulong.MaxValue, 3), (sampling.Seed, sampling.LogProbs));
        Assert.Equal((50, 2, true, 2), (request.MaxTokens, request.MinTokens, request.IgnoreEos, request.Choices));
        Assert.Equal([10], request.StopTokens);
        Assert.Equal(("default", 7), (request.Tenant, request.Priority));
    }

    [Fact]
    public async Task ASilentRequestTakesTheModelsDefaultsAndTheRestOfTheContext()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        await api.PostAsync(Wire.Chat, Wire.Ask());
        await api.PostAsync(Wire.Chat, Wire.Ask());

        GenerationRequest[] requests = [.. service.Requests];
        Assert.Equal((0.6f, 0.95f), (requests[0].Sampling.Temperature, requests[0].Sampling.TopP));
        Assert.Null(requests[0].Sampling.LogProbs);
        Assert.Equal(512, requests[0].MaxTokens + requests[0].Prompt.Length);
        Assert.NotEqual(requests[0].Sampling.Seed, requests[1].Sampling.Seed);
        Assert.NotEqual(requests[0].RequestId, requests[1].RequestId);
    }

    [Theory]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}]""", "[user]one\ntwo<eos>[assistant]")]
    [InlineData("""[{"role":"developer","content":"rules"},{"role":"user","content":"x"}]""", "[system]rules<eos>[user]x<eos>[assistant]")]
    [InlineData("""[{"role":"user","content":"x"},{"role":"assistant","content":"y","reasoning_content":"why"}]""", "[user]x<eos>[assistant]whyy<eos>[assistant]")]
    [InlineData("""[{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}]""",
        """[assistant][{"id":"1","type":"function","function":{"name":"f","arguments":{"a":1}}}]<eos>[assistant]""")]
    [InlineData("""[{"role":"tool","content":"42","tool_call_id":"1"}]""", "[tool]42<eos>[assistant]")]
    public async Task MessagesReachTheTemplate(string messages, string expected)
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        await api.PostAsync(Wire.Chat, $$"""{"model":"scripted","messages":{{messages}}}""");

        Assert.Equal("<bos>" + expected, ScriptedService.Text.Tokenizer.Decode(service.LastRequest.Prompt.Span, skipSpecialTokens: false));
    }

    [Theory]
    [InlineData("\"add_generation_prompt\":false", "<bos>[user]a<eos>[assistant]b <eos>")]
    [InlineData("\"continue_final_message\":true", "<bos>[user]a<eos>[assistant]b ")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}]", "<bos>[tool:f][user]a<eos>[assistant]b <eos>[assistant]")]
    [InlineData("\"chat_template_kwargs\":{\"open_thinking\":true}", "<bos>[user]a<eos>[assistant]b <eos>[assistant]<think>\n")]
    public async Task ThePromptCanBeShaped(string field, string expected)
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        await api.PostAsync(Wire.Chat, $$"""{"model":"scripted","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b "}],{{field}}}""");

        Assert.Equal(expected, ScriptedService.Text.Tokenizer.Decode(service.LastRequest.Prompt.Span, skipSpecialTokens: false));
    }

    [Theory]
    [InlineData("why</think>\n\nso", "\"chat_template_kwargs\":{\"open_thinking\":true}", "why", "so")]
    [InlineData("why", "\"chat_template_kwargs\":{\"open_thinking\":true}", "why", "")]
    [InlineData("<think>\nwhy\n</think>\n\nso", "\"n\":1", "why", "so")]
    [InlineData("so", "\"n\":1", null, "so")]
    public async Task ReasoningIsApartFromTheAnswer(string answer, string field, string? reasoning, string content)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => answer });

        JsonElement message = (await api.PostAsync(Wire.Chat, Wire.Ask(field))).GetProperty("choices")[0].GetProperty("message");

        Assert.Equal(reasoning, message.GetProperty("reasoning_content").GetString());
        Assert.Equal(content, message.GetProperty("content").GetString());
    }

    [Fact]
    public async Task AStopStringStopsTheGeneration()
    {
        ScriptedService service = new() { Answer = (_, _) => "one two three four five" };
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        JsonElement whole = await api.PostAsync(Wire.Chat, Wire.Ask("\"stop\":[\"never\",\" thr\"],\"logprobs\":true"));

        JsonElement choice = whole.GetProperty("choices")[0];
        Assert.Equal("one two", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("one two", string.Concat(choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(token => token.GetProperty("token").GetString())));
        Assert.Equal(11, whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.True(service.Generations.Single().TokensGiven < 23);
    }

    [Fact]
    public async Task AModelWithoutATemplateRefusesChats()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), text: ScriptedService.Text with { ChatTemplate = null });

        JsonElement error = await api.PostErrorAsync(Wire.Chat, Wire.Ask(), System.Net.HttpStatusCode.BadRequest);

        Assert.Contains("/v1/completions", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
