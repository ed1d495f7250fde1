using System.Net;
using System.Text.Json;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Completions;
using OrleansInference.Api.Requests;
using OrleansInference.Api.Tokens;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

/// <summary>Every field of every request, given values of every type that it does not have.</summary>
public sealed class FieldTests
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["string"] = "\"\\u2603 no such value\"",
        ["number"] = "1e30",
        ["integer"] = "1.5",
        ["boolean"] = "true",
        ["array"] = "[[{}]]",
        ["object"] = "{\"no such name\":{}}",
    };

    public static TheoryData<string, string> Requests => new()
    {
        { Wire.Chat, nameof(ChatFieldTable) },
        { Wire.Completions, nameof(CompletionFieldTable) },
        { "/tokenize", nameof(TokenizeRequest) },
        { "/detokenize", nameof(DetokenizeRequest) },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task AWrongTypeIsRefusedByTheFieldsName(string path, string table)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        foreach ((string name, FieldSchema schema) in Table(table).Schemas)
        {
            string[] own = schema.Type.Split('|');
            foreach ((string type, string value) in Values)
            {
                if (own.Contains(type) || (type == "integer" && own.Contains("number")))
                    continue;
                JsonElement error = await api.PostErrorAsync(path, Request(path, name, value), HttpStatusCode.BadRequest);
                Assert.True(error.GetProperty("param").GetString()!.StartsWith(name, StringComparison.Ordinal), $"{name} as {value}: {error}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task AnUnknownFieldIsRefusedByItsName(string path, string table)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        Assert.DoesNotContain("frobnicate", Table(table).Schemas.Select(one => one.Name));

        JsonElement error = await api.PostErrorAsync(path, Request(path, "frobnicate", "null"), HttpStatusCode.BadRequest);

        Assert.Equal("frobnicate", error.GetProperty("param").GetString());
        Assert.Equal("unsupported_parameter", error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("\"temperature\":-0.1", "temperature")]
    [InlineData("\"temperature\":2.1", "temperature")]
    [InlineData("\"top_p\":0", "top_p")]
    [InlineData("\"top_k\":-2", "top_k")]
    [InlineData("\"min_p\":1.5", "min_p")]
    [InlineData("\"repetition_penalty\":0", "repetition_penalty")]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"n\":17", "n")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"max_completion_tokens\":-1", "max_completion_tokens")]
    [InlineData("\"min_tokens\":9,\"max_tokens\":8", "min_tokens")]
    [InlineData("\"seed\":99999999999999999999", "seed")]
    [InlineData("\"stop\":\"\"", "stop")]
    [InlineData("\"stop\":[\"a\",1]", "stop[1]")]
    [InlineData("\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\",\"16\",\"17\"]", "stop")]
    [InlineData("\"stop_token_ids\":[264]", "stop_token_ids")]
    [InlineData("\"logit_bias\":{\"x\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"264\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"1\":101}", "logit_bias.1")]
    [InlineData("\"top_logprobs\":2", "top_logprobs")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":21", "top_logprobs")]
    [InlineData("\"stream_options\":{}", "stream_options")]
    [InlineData("\"stream\":true,\"stream_options\":{\"more\":1}", "stream_options.more")]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice")]
    [InlineData("\"tool_choice\":{\"type\":\"function\"}", "tool_choice")]
    [InlineData("\"tools\":[{\"type\":\"other\",\"function\":{\"name\":\"f\"}}]", "tools[0].type")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", "response_format.type")]
    [InlineData("\"reasoning_effort\":\"high\"", "reasoning_effort")]
    [InlineData("\"store\":true", "store")]
    [InlineData("\"service_tier\":\"flex\"", "service_tier")]
    [InlineData("\"parallel_tool_calls\":false", "parallel_tool_calls")]
    [InlineData("\"modalities\":[\"text\",\"audio\"]", "modalities")]
    [InlineData("\"guided_json\":{}", "guided_json")]
    [InlineData("\"prompt_logprobs\":1", "prompt_logprobs")]
    [InlineData("\"chat_template_kwargs\":{\"messages\":[]}", "chat_template_kwargs.messages")]
    [InlineData("\"continue_final_message\":true,\"add_generation_prompt\":true", "continue_final_message")]
    public async Task AValueOutOfItsRangeIsRefusedByTheFieldsName(string field, string parameter)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement error = await api.PostErrorAsync(Wire.Chat, Wire.Ask(field), HttpStatusCode.BadRequest);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
        Assert.Contains(parameter.Split('.', '[')[0], error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "messages")]
    [InlineData("[1]", "messages[0]")]
    [InlineData("[{\"content\":\"x\"}]", "messages[0].role")]
    [InlineData("[{\"role\":\"king\",\"content\":\"x\"}]", "messages[0].role")]
    [InlineData("[{\"role\":\"user\"}]", "messages[0].content")]
    [InlineData("[{\"role\":\"user\",\"content\":null}]", "messages[0].content")]
    [InlineData("[{\"role\":\"user\",\"content\":5}]", "messages[0].content")]
    [InlineData("[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}]", "messages[0].content[0].type")]
    [InlineData("[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]", "messages[0].content[0].text")]
    [InlineData("[{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":[]}]", "messages[0].tool_calls")]
    [InlineData("[{\"role\":\"assistant\"}]", "messages[0].content")]
    [InlineData("[{\"role\":\"assistant\",\"tool_calls\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":{}}}]}]", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("[{\"role\":\"user\",\"content\":\"x\",\"mood\":1}]", "messages[0].mood")]
    public async Task AMessageIsRefusedByItsPath(string messages, string parameter)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement error = await api.PostErrorAsync(Wire.Chat, $$"""{"model":"scripted","messages":{{messages}}}""", HttpStatusCode.BadRequest);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", "model")]
    [InlineData("{\"model\":\"scripted\"}", "messages")]
    [InlineData("{\"model\":\"scripted\",\"messages\":null}", "messages")]
    public async Task AMissingFieldIsNamed(string body, string parameter)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        JsonElement error = await api.PostErrorAsync(Wire.Chat, body, HttpStatusCode.BadRequest);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task ValuesThatAskForWhatHappensAnywayAreTaken()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        await api.PostAsync(Wire.Chat, Wire.Ask(
            """
            "n":1,"store":false,"service_tier":"auto","parallel_tool_calls":true,"response_format":{"type":"text"},"modalities":["text"],"tool_choice":"auto",
            "user":"me","metadata":{"a":"b"},"logit_bias":{},"stop":null,"tools":[],"functions":null,"reasoning_effort":"medium","length_penalty":1.0,"stop_token_ids":[]
            """));
    }

    private static IFieldTable Table(string name) => name switch
    {
        nameof(ChatFieldTable) => ChatFieldTable.Table,
        nameof(CompletionFieldTable) => CompletionFieldTable.Table,
        nameof(TokenizeRequest) => TokenizeRequest.Table,
        _ => DetokenizeRequest.Table,
    };

    private static string Request(string path, string name, string value)
    {
        Dictionary<string, string> fields = path switch
        {
            Wire.Chat => new() { ["model"] = "\"scripted\"", ["messages"] = "[{\"role\":\"user\",\"content\":\"x\"}]" },
            "/detokenize" => new() { ["tokens"] = "[65]" },
            _ => new() { ["model"] = "\"scripted\"", ["prompt"] = "\"x\"" },
        };
        fields[name] = value;
        return $"{{{string.Join(',', fields.Select(field => $"\"{field.Key}\":{field.Value}"))}}}";
    }
}
