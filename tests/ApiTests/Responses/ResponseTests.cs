using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using static OrleansInference.ApiTests.Responses.ResponseWire;

namespace OrleansInference.ApiTests.Responses;

/// <summary>Responses that are generated, kept, continued and deleted.</summary>
public sealed class ResponseTests
{
    [Fact]
    public async Task A_response_has_the_reasoning_and_the_message_as_items()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement response = await api.PostAsync(ResponseWire.Responses, Ask("\"instructions\":\"Be brief.\",\"metadata\":{\"topic\":\"tea\"},\"temperature\":0.3,\"max_output_tokens\":200,\"user\":\"me\""));

        Assert.StartsWith("resp_", response.Id(), StringComparison.Ordinal);
        Assert.Equal(("response", "completed", "scripted"), (response.GetProperty("object").GetString(), response.Status(), response.GetProperty("model").GetString()));
        JsonElement[] output = [.. response.GetProperty("output").EnumerateArray()];
        Assert.Equal(["reasoning", "message"], output.Select(static item => item.Type()));
        Assert.Equal("Hmm tea.", output[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal("reasoning_text", output[0].GetProperty("content")[0].Type());
        Assert.Equal(("assistant", "completed"), (output[1].GetProperty("role").GetString(), output[1].Status()));
        Assert.Equal("I heard tea.", response.Text());
        JsonElement usage = response.GetProperty("usage");
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("output_tokens").GetInt32());
        Assert.True(usage.GetProperty("output_tokens_details").GetProperty("reasoning_tokens").GetInt32() > 0);
        Assert.Equal(1, usage.GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(("Be brief.", "tea", "me"), (response.GetProperty("instructions").GetString(), response.GetProperty("metadata").GetProperty("topic").GetString(), response.GetProperty("user").GetString()));
        Assert.Equal((0.3, 200), (response.GetProperty("temperature").GetDouble(), response.GetProperty("max_output_tokens").GetInt32()));
        Assert.Equal(JsonValueKind.Null, response.GetProperty("error").ValueKind);
        Assert.InRange(response.GetProperty("seed").GetInt64(), 0, 1L << 53);
    }

    [Theory]
    [InlineData("\"say tea\"", "[user]say tea<eos>")]
    [InlineData("""[{"role":"user","content":"say tea"}]""", "[user]say tea<eos>")]
    [InlineData("""[{"type":"message","role":"developer","content":[{"type":"input_text","text":"rules"}]},{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}]""", "[system]rules<eos>[user]a\nb<eos>")]
    [InlineData("""[{"role":"user","content":"x"},{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"y","annotations":[]}]},{"role":"user","content":"z"}]""", "[user]x<eos>[assistant]y<eos>[user]z<eos>")]
    [InlineData("""[{"role":"user","content":"x"},{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"why"}]},{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"},{"type":"function_call_output","call_id":"c1","output":"42"}]""",
        """[user]x<eos>[assistant]why[{"id":"c1","type":"function","function":{"name":"f","arguments":{"a":1}}}]<eos>[tool]42<eos>""")]
    public async Task Input_reaches_the_template(string input, string expected)
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        await api.PostAsync(ResponseWire.Responses, Ask("\"store\":false", input));

        Assert.Equal($"<bos>{expected}[assistant]", Prompt(service));
    }

    [Fact]
    public async Task A_response_continues_another_without_its_instructions()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        JsonElement first = await api.PostAsync(ResponseWire.Responses, Ask("\"instructions\":\"one\""));
        JsonElement second = await api.PostAsync(ResponseWire.Responses, Ask($"\"instructions\":\"two\",\"previous_response_id\":\"{first.Id()}\"", "\"say milk\""));
        await api.PostAsync(ResponseWire.Responses, Ask($"\"previous_response_id\":\"{second.Id()}\"", "\"say both\""));

        Assert.Equal("<bos>[user]say tea<eos>[assistant]Hmm tea.I heard tea.<eos>[user]say milk<eos>[assistant]Hmm milk.I heard milk.<eos>[user]say both<eos>[assistant]", Prompt(service));
        Assert.Equal(first.Id(), second.GetProperty("previous_response_id").GetString());

        await api.DeleteAsync($"{ResponseWire.Responses}/{first.Id()}");
        await api.PostAsync(ResponseWire.Responses, Ask($"\"previous_response_id\":\"{second.Id()}\"", "\"say both\""));
        Assert.Equal("<bos>[user]say milk<eos>[assistant]Hmm milk.I heard milk.<eos>[user]say both<eos>[assistant]", Prompt(service));
    }

    [Fact]
    public async Task A_stored_response_is_returned_as_it_ended_until_it_is_deleted()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        JsonElement response = await api.PostAsync(ResponseWire.Responses, Ask());
        string path = $"{ResponseWire.Responses}/{response.Id()}";

        Assert.Equal(response.GetRawText(), (await api.GetAsync(path)).GetRawText());
        JsonElement deleted = await api.DeleteAsync(path);
        Assert.Equal((response.Id(), true), (deleted.Id(), deleted.GetProperty("deleted").GetBoolean()));
        await api.ErrorAsync(HttpMethod.Get, path, HttpStatusCode.NotFound);
        await api.ErrorAsync(HttpMethod.Delete, path, HttpStatusCode.NotFound);
        await api.ErrorAsync(HttpMethod.Get, $"{path}/input_items", HttpStatusCode.NotFound);
        await api.ErrorAsync(HttpMethod.Post, $"{path}/cancel", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task What_is_not_stored_is_not_found(string stream)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        using HttpResponseMessage answer = await api.SendAsync(ResponseWire.Responses, Ask($"\"store\":false,\"stream\":{stream}"));
        string text = await answer.Content.ReadAsStringAsync();
        string id = text[text.IndexOf("resp_", StringComparison.Ordinal)..][..("resp_".Length + 32)];
        Assert.DoesNotContain("id: ", text, StringComparison.Ordinal);

        await api.ErrorAsync(HttpMethod.Get, $"{ResponseWire.Responses}/{id}", HttpStatusCode.NotFound);
        await api.PostErrorAsync(ResponseWire.Responses, Ask($"\"previous_response_id\":\"{id}\""), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_tenants_response_is_as_unknown_as_one_that_never_was()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), options => options.ApiKeys = [new() { Key = "a", Tenant = "team-a" }, new() { Key = "b", Tenant = "team-b" }]);
        api.Http.DefaultRequestHeaders.Authorization = new("Bearer", "a");
        string id = (await api.PostAsync(ResponseWire.Responses, Ask())).Id();
        string unknown = id[..^1] + (id[^1] == '0' ? '1' : '0');

        foreach ((HttpMethod method, string suffix) in ((HttpMethod, string)[])[(HttpMethod.Get, ""), (HttpMethod.Get, "?stream=true"), (HttpMethod.Get, "/input_items"), (HttpMethod.Post, "/cancel"), (HttpMethod.Delete, "")])
        {
            string foreign = (await api.ErrorAsync(method, $"{ResponseWire.Responses}/{id}{suffix}", HttpStatusCode.NotFound, "b")).GetRawText();
            string never = (await api.ErrorAsync(method, $"{ResponseWire.Responses}/{unknown}{suffix}", HttpStatusCode.NotFound, "b")).GetRawText();
            Assert.Equal(never, foreign.Replace(id, unknown, StringComparison.Ordinal));
        }

        Assert.Equal(id, (await api.GetAsync($"{ResponseWire.Responses}/{id}")).Id());
    }

    [Fact]
    public async Task Input_items_are_those_of_the_whole_context_in_parts()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        JsonElement first = await api.PostAsync(ResponseWire.Responses, Ask());
        JsonElement second = await api.PostAsync(ResponseWire.Responses, Ask($"\"previous_response_id\":\"{first.Id()}\"", "\"say milk\""));
        string path = $"{ResponseWire.Responses}/{second.Id()}/input_items";

        JsonElement all = await api.GetAsync($"{path}?order=asc");
        string[] ids = [.. all.GetProperty("data").EnumerateArray().Select(static item => item.Id())];
        Assert.Equal(["message", "reasoning", "message", "message"], all.GetProperty("data").EnumerateArray().Select(static item => item.Type()));
        Assert.Equal(first.GetProperty("output")[1].Id(), ids[2]);
        Assert.False(all.GetProperty("has_more").GetBoolean());

        JsonElement part = await api.GetAsync($"{path}?limit=3");
        Assert.Equal(ids.Reverse().Take(3), part.GetProperty("data").EnumerateArray().Select(static item => item.Id()));
        Assert.True(part.GetProperty("has_more").GetBoolean());
        JsonElement rest = await api.GetAsync($"{path}?after={part.GetProperty("last_id").GetString()}");
        Assert.Equal([ids[0]], rest.GetProperty("data").EnumerateArray().Select(static item => item.Id()));
        await api.ErrorAsync(HttpMethod.Get, $"{path}?after=msg_unknown", HttpStatusCode.BadRequest);
        await api.ErrorAsync(HttpMethod.Get, $"{path}?limit=0", HttpStatusCode.BadRequest);
        await api.ErrorAsync(HttpMethod.Get, $"{path}?order=up", HttpStatusCode.BadRequest);
        await api.ErrorAsync(HttpMethod.Get, $"{path}?before={ids[1]}", HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"strict\":true}]", "tools[0].strict")]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"}", "tool_choice")]
    [InlineData("\"text\":{\"format\":{\"type\":\"json_schema\"}}", "text.format.type")]
    [InlineData("\"include\":[\"message.output_text.logprobs\"]", "include")]
    [InlineData("\"reasoning\":{\"summary\":\"auto\"}", "reasoning.summary")]
    [InlineData("\"truncation\":\"middle\"", "truncation")]
    [InlineData("\"prompt\":{\"id\":\"p\"}", "prompt")]
    [InlineData("\"background\":true,\"store\":false", "background")]
    [InlineData("\"previous_response_id\":\"resp_1\",\"conversation\":\"conv_1\"", "conversation")]
    [InlineData("\"metadata\":{\"a\":1}", "metadata.a")]
    [InlineData("\"max_output_tokens\":0", "max_output_tokens")]
    [InlineData("\"messages\":[]", "messages")]
    public async Task What_is_not_supported_is_refused_by_name(string fields, string param)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        Assert.Equal(param, (await api.PostErrorAsync(ResponseWire.Responses, Ask(fields), HttpStatusCode.BadRequest)).GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("null", "input")]
    [InlineData("[]", "input")]
    [InlineData("7", "input")]
    [InlineData("""[{"role":"user","content":[{"type":"input_image","image_url":"x"}]}]""", "input[0].content[0].type")]
    [InlineData("""[{"type":"computer_call"}]""", "input[0].type")]
    [InlineData("""[{"role":"tool","content":"x"}]""", "input[0].role")]
    [InlineData("""[{"role":"user"}]""", "input[0].content")]
    [InlineData("""[{"type":"function_call","name":"f","arguments":"{}"}]""", "input[0].call_id")]
    [InlineData("""[{"type":"item_reference","id":"msg_1"}]""", "input[0].type")]
    public async Task Input_that_is_not_supported_is_refused_by_name(string input, string param)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        Assert.Equal(param, (await api.PostErrorAsync(ResponseWire.Responses, Ask(input: input), HttpStatusCode.BadRequest)).GetProperty("param").GetString());
    }

    [Fact]
    public async Task The_token_limit_leaves_the_response_incomplete()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "one two three" });

        JsonElement response = await api.PostAsync(ResponseWire.Responses, Ask("\"max_output_tokens\":7"));

        Assert.Equal(("incomplete", "max_output_tokens", "one two"), (response.Status(), response.GetProperty("incomplete_details").GetProperty("reason").GetString(), response.Text()));
        Assert.Equal("incomplete", response.GetProperty("output")[0].Status());
    }

    [Fact]
    public async Task Truncation_leaves_out_the_oldest_turns_but_not_the_rules()
    {
        ScriptedService service = new() { Answer = (_, _) => new string('y', 100) };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        string long0 = new('x', 300);
        string input = $$"""[{"role":"system","content":"rules"},{"role":"user","content":"{{long0}}"},{"role":"assistant","content":"ok"},{"role":"user","content":"{{long0}}"},{"role":"assistant","content":"ok"},{"role":"user","content":"z"}]""";

        JsonElement error = await api.PostErrorAsync(ResponseWire.Responses, Ask(input: input), HttpStatusCode.BadRequest);
        Assert.Equal(("context_length_exceeded", "input"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));

        await api.PostAsync(ResponseWire.Responses, Ask("\"truncation\":\"auto\",\"max_output_tokens\":20", input));
        Assert.Equal($"<bos>[system]rules<eos>[user]{long0}<eos>[assistant]ok<eos>[user]z<eos>[assistant]", Prompt(service));
        await api.PostAsync(ResponseWire.Responses, Ask("\"truncation\":\"auto\",\"max_output_tokens\":400", input));
        Assert.Equal("<bos>[system]rules<eos>[user]z<eos>[assistant]", Prompt(service));
    }

    [Theory]
    [InlineData(ErrorCode.Overloaded, 429)]
    [InlineData(ErrorCode.Unavailable, 503)]
    [InlineData(ErrorCode.Internal, 500)]
    public async Task A_failure_before_the_first_token_is_an_HTTP_error_and_leaves_nothing(ErrorCode code, int status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { FailToStart = new InferenceException(code, "told why") });
        foreach (string stream in (string[])["true", "false"])
        {
            await api.PostErrorAsync(ResponseWire.Responses, Ask($"\"stream\":{stream}"), (HttpStatusCode)status);
        }
    }

    [Fact]
    public async Task A_failure_after_the_first_token_is_a_failed_response()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "some text", FailAt = (4, new InferenceException(ErrorCode.Internal, "secret")) });

        JsonElement[] events = Data(await api.StreamAsync(ResponseWire.Responses, Ask("\"stream\":true")));
        JsonElement response = events[^1].GetProperty("response");
        Assert.Equal(("response.failed", "failed", "internal_error"), (events[^1].Type(), response.Status(), response.GetProperty("error").GetProperty("code").GetString()));
        Assert.DoesNotContain("secret", response.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(("failed", "some"), ((await api.GetAsync($"{ResponseWire.Responses}/{response.Id()}")).Status(), response.Text()));
    }

    [Fact]
    public async Task Function_calls_are_items_and_their_results_continue_the_response()
    {
        ScriptedService service = new() { Answer = (_, _) => "<think>\nlook\n</think>\n\nI look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}}\n</tool_call>" };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        const string Tools = "\"tools\":[{\"type\":\"function\",\"name\":\"weather\",\"description\":\"Tells the weather.\",\"parameters\":{\"type\":\"object\"}}]";

        JsonElement response = await api.PostAsync(ResponseWire.Responses, Ask(Tools));
        JsonElement[] output = [.. response.GetProperty("output").EnumerateArray()];
        Assert.Equal(["reasoning", "message", "function_call"], output.Select(static item => item.Type()));
        Assert.Equal(("I look.", "weather", """{"city": "Köln"}"""), (response.Text(), output[2].GetProperty("name").GetString(), output[2].GetProperty("arguments").GetString()));
        Assert.StartsWith("<bos>[tool:weather]", Prompt(service), StringComparison.Ordinal);
        Assert.Equal("weather", response.GetProperty("tools")[0].GetProperty("name").GetString());

        service.Answer = static (_, _) => "It rains.";
        string call = output[2].GetProperty("call_id").GetString()!;
        await api.PostAsync(ResponseWire.Responses, Ask($"{Tools},\"previous_response_id\":\"{response.Id()}\"", $$"""[{"type":"function_call_output","call_id":"{{call}}","output":"rain"}]"""));
        const string Called = ""","type":"function","function":{"name":"weather","arguments":{"city":"K\u00F6ln"}}}]<eos>[tool]rain<eos>[assistant]""";
        Assert.EndsWith($"[assistant]lookI look.[{{\"id\":\"{call}\"{Called}", Prompt(service), StringComparison.Ordinal);

        service.Answer = static (_, _) => "<tool_call>{}</tool_call>";
        Assert.Equal("<tool_call>{}</tool_call>", (await api.PostAsync(ResponseWire.Responses, Ask(Tools))).Text()); // malformed
        Assert.Equal("<tool_call>{}</tool_call>", (await api.PostAsync(ResponseWire.Responses, Ask())).Text());
    }

    private static string Prompt(ScriptedService service) => ScriptedService.Text.Tokenizer.Decode(service.LastRequest.Prompt.Span, skipSpecialTokens: false);
}
