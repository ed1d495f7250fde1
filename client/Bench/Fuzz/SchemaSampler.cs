namespace OrleansInference.Bench.Fuzz;

/// <summary>
/// Generates values that follow a schema. Schemas say the types of fields, but not which model exists or which text is a role; for such fields there are samples, so that requests pass the
/// checks of their fields and reach what is behind them.
/// </summary>
/// <param name="random">Source of all choices.</param>
/// <param name="ids">Ids of earlier answers.</param>
/// <param name="model">Name of the served model.</param>
/// <param name="caller">Sender of the request.</param>
internal sealed class SchemaSampler(Random random, KnownIds ids, string model, string caller)
{
    private const int MaxDepth = 6;

    private static readonly Dictionary<string, string[]> Samples = new()
    {
        ["messages"] =
        [
            """[{"role":"user","content":"What is 2 + 3?"}]""",
            """[{"role":"system","content":"Be short."},{"role":"user","content":[{"type":"text","text":"Count."},{"type":"text","text":"To 3."}]},{"role":"assistant","content":"1 2 3"},{"role":"user","content":"On."}]""",
            """[{"role":"user","content":"f?"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"c","content":"2"}]""",
        ],
        ["input"] =
        [
            "\"Count to five.\"",
            """[{"role":"user","content":"What is 2 + 3?"}]""",
            """[{"type":"message","role":"user","content":[{"type":"input_text","text":"f?"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"2"}]""",
            """[{"type":"reasoning","summary":[]},{"role":"assistant","content":"Five."},{"role":"user","content":"And one?"}]""",
        ],
        ["items"] = ["""[{"role":"user","content":"Hello."}]""", """[{"role":"user","content":"a"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"role":"assistant","content":"b"}]"""],
        ["prompt"] = ["\"1, 2, 3,\"", """["a","b"]""", "[5,6,7]", "[[5,6],[7]]", "\"\""],
        ["tools"] = ["""[{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"integer"}}}}]""", """[{"type":"function","function":{"name":"f","parameters":{}}}]"""],
        ["tokens"] = ["[5,6,7]", "[]"],
        ["stop"] = ["\"\\n\"", """["4","x"]"""],
        ["stop_token_ids"] = ["[1,2]", "[]"],
        ["logit_bias"] = ["""{"5":-100,"6":3.5}""", "{}"],
        ["stream_options"] = ["""{"include_usage":true}""", "{}"],
        ["metadata"] = ["""{"a":"b"}""", "{}"],
        ["limits"] = ["""{"requests_per_minute":1000,"token_budget":100000}""", """{"streams":2,"weight":0.5,"max_priority":3,"models":["demo"]}""", "{}"],
        ["scopes"] = ["""["generate"]""", "[]"],
        ["role"] = ["\"user\"", "\"auditor\"", "\"tenant-admin\"", "\"cluster-admin\""],
        ["truncation"] = ["\"auto\"", "\"disabled\""],
        ["tool_choice"] = ["\"auto\"", "\"none\""],
        ["response_format"] = ["""{"type":"text"}"""],
        ["text"] = ["""{"format":{"type":"text"}}"""],
        ["chat_template_kwargs"] = ["""{"enable_thinking":false}"""],
        ["include"] = ["[]"],
        ["n"] = ["1", "2"],
        ["max_tokens"] = ["1", "8", "24"],
        ["max_completion_tokens"] = ["1", "8", "24"],
        ["max_output_tokens"] = ["1", "8", "300"],
        ["top_logprobs"] = ["0", "2"],
        ["top_p"] = ["1", "0.5"],
        ["min_tokens"] = ["0", "5"],
        ["repetition_penalty"] = ["1", "1.2"],
        ["expires_in"] = ["1", "86400"],
        ["order"] = ["\"asc\"", "\"desc\""],
        ["from"] = ["\"2026-01-01\""],
        ["to"] = ["\"2030-12-31\""],
    };

    private static readonly string[] Words = ["a", "Hello", "1 + 1 =", "ä€😀", "<think>", "line\nline"];

    /// <summary>Generates an object with all required fields of a schema, and some others.</summary>
    public JsonObject Object(JsonObject schema, int depth = 0)
    {
        JsonObject value = [];
        HashSet<string> required = [.. (schema["required"]?.AsArray() ?? []).Select(static name => name!.GetValue<string>())];
        foreach ((string name, JsonNode? field) in schema["properties"]?.AsObject() ?? [])
        {
            // Without a bound of its own, an answer would fill the context.
            bool bounds = name is "max_tokens" or "max_output_tokens";
            if (required.Contains(name) || (bounds && random.Next(8) > 0) || name is "stream" or "input" or "background" or "ignore_eos" ? Often(required.Contains(name) || bounds) : random.Next(12) == 0)
            {
                value[name] = Field(name, field!.AsObject(), depth);
            }
        }

        return value;
    }

    /// <summary>Generates a value of a named field or parameter.</summary>
    public JsonNode? Field(string name, JsonObject schema, int depth = 0)
    {
        if (Known(name) is { } known)
        {
            return known;
        }

        if ((schema["description"]?.GetValue<string>() ?? string.Empty).StartsWith("Not supported", StringComparison.Ordinal))
        {
            return null;
        }

        return Samples.TryGetValue(name, out string[]? samples) && depth == 0 ? JsonNode.Parse(samples[random.Next(samples.Length)]) : Value(schema, depth);
    }

    private JsonNode? Known(string name) => name switch
    {
        "model" => model,
        "name" => $"fuzz-{random.Next(1 << 20)}",
        "tenant" => ids.Choose("tenant", caller, random),
        "key" => ids.Choose("key", caller, random),
        "after" => ids.Choose(random.Next(2) == 0 ? "item" : "key", caller, random)?.Split('/')[^1],
        "previous_response_id" => random.Next(2) == 0 ? ids.Choose("response", caller, random) : null,
        "conversation" => random.Next(2) == 0 ? ids.Choose("conversation", caller, random) : null,
        _ => null,
    };

    private bool Often(bool always) => always || random.Next(3) == 0;

    private JsonNode? Value(JsonObject schema, int depth)
    {
        string[] types = schema["type"] switch
        {
            JsonArray several => [.. several.Select(static type => type!.GetValue<string>())],
            JsonValue one => [one.GetValue<string>()],
            _ => ["string"],
        };
        double minimum = Bound(schema, "minimum", -10);
        double maximum = Bound(schema, "maximum", 100);
        return types[random.Next(types.Length)] switch
        {
            "string" => Words[random.Next(Words.Length)],
            "boolean" => random.Next(2) == 0,
            "integer" => (long)(random.Next(3) switch { 0 => minimum, 1 => maximum, _ => minimum + (random.NextDouble() * Math.Min(maximum - minimum, 100)) }),
            "number" => Math.Round(minimum + (random.NextDouble() * (maximum - minimum)), 3),
            "array" => depth > MaxDepth ? new JsonArray() : new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Value(schema["items"]?.AsObject() ?? [], depth + 1))]),
            "object" => depth > MaxDepth ? new JsonObject() : Object(schema, depth + 1),
            _ => null,
        };
    }

    private static double Bound(JsonObject schema, string name, double otherwise) => schema[name]?.GetValue<double>() ?? otherwise;
}
