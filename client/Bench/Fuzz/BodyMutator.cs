using System.Text;

namespace OrleansInference.Bench.Fuzz;

/// <summary>Changes a valid body: its fields, their values, and its bytes. Texts hold bytes as Latin-1, so that invalid UTF-8 can be written like other values.</summary>
/// <param name="random">Source of all choices.</param>
internal sealed class BodyMutator(Random random)
{
    private const string Mark = "@@"; // a value that is replaced after the document is written, as no writer writes invalid JSON

    /// <summary>Values that readers of JSON treat in different ways.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "1.0", "0.1", "1e400", "-1e400", "1e-400", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "2147483647", "2147483648",
        "123456789012345678901234567890", "3.4028236e38", "NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x10", "\"NaN\"", "\"1\"", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"",
        "\"\\ud83d\"", "\"\\ude00\\ud83d\"", "\"\\ud800x\"", "\"\xff\xfe\"", "\"\xed\xa0\x80\"", "\"\xc0\xaf\"", "\"\x01\"", "\"\\x\"", "\"unclosed", "'single'", "[]", "{}", "[null]", "[[]]", "[[],{},1,\"\",null]",
        "{\"\":\"\"}", "{\"a\":{\"a\":{\"a\":[]}}}", "{\"\\ud800\":1}", "{\"type\":\"text\",\"type\":\"text\"}", "{\"__proto__\":{}}", "[1,]", "{\"a\":1,}", "[\"a\" \"b\"]", "/* */1", "undefined",
        "{\"role\":\"user\",\"content\":\"\\u0000\"}", "[{\"role\":\"user\",\"content\":\"\\ud800\"}]", "[{\"type\":\"message\",\"role\":\"user\",\"content\":\"\\u0000\"}]", "{\"k\":\"\\u0000\"}",
        "{\"k\\u0000\":\"v\"}", "\"../../etc/passwd\"", "\"' OR 1=1; --\"", "\"%s%n\"", "\"{{ messages }}{% for %}\"",
    ];

    private static readonly string[] Ends = ["", "}", "]", ",", "\0", " ", "\n{}", "null", "\xef\xbb\xbf"];

    /// <summary>Changes a body once to four times.</summary>
    public byte[] Mutate(JsonObject body)
    {
        List<string> replaced = [];
        for (int i = random.Next(4); i >= 0; i--)
        {
            MutateNode(body, replaced);
        }

        string text = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(body.ToJsonString()));
        for (int i = 0; i < replaced.Count; i++)
        {
            text = text.Replace($"\"{Mark}{i}{Mark}\"", replaced[i], StringComparison.Ordinal);
        }

        return Encoding.Latin1.GetBytes(random.Next(5) == 0 ? MutateText(text) : text);
    }

    private void MutateNode(JsonObject root, List<string> replaced)
    {
        JsonNode parent = Choose(root);
        JsonNode? Replacement()
        {
            replaced.Add(Value());
            return $"{Mark}{replaced.Count - 1}{Mark}";
        }

        switch (parent)
        {
            case JsonObject fields when fields.Count == 0 || random.Next(6) == 0:
                fields[random.Next(3) switch { 0 => "unknown", 1 => string.Empty, _ => "model " }] = Replacement();
                break;
            case JsonObject fields:
                string name = fields.ElementAt(random.Next(fields.Count)).Key;
                if (random.Next(5) == 0)
                {
                    fields.Remove(name);
                }
                else
                {
                    fields[name] = Replacement();
                }

                break;
            case JsonArray items when items.Count == 0 || random.Next(4) == 0:
                for (int count = random.Next(10) == 0 ? 3000 : 1; count > 0; count--)
                {
                    items.Add(items.Count > 0 && random.Next(2) == 0 ? items[0]?.DeepClone() : Replacement());
                }

                break;
            case JsonArray items:
                items[random.Next(items.Count)] = Replacement();
                break;
        }
    }

    private JsonNode Choose(JsonNode node)
    {
        while (random.Next(3) > 0)
        {
            JsonNode[] below = [.. (node is JsonObject fields ? fields.Select(static field => field.Value) : node.AsArray()).Where(static value => value is JsonObject or JsonArray).OfType<JsonNode>()];
            if (below.Length == 0)
            {
                break;
            }

            node = below[random.Next(below.Length)];
        }

        return node;
    }

    private string Value()
    {
        int depth = random.Next(2) == 0 ? 40 : 5000;
        return random.Next(30) switch
        {
            0 => $"\"{new string('x', 1 << random.Next(10, 19))}\"",
            1 => new string('[', depth) + new string(']', depth),
            2 => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth),
            3 => $"\"{string.Concat(Enumerable.Repeat("\xf0\x9f\x98\x80", 1 << random.Next(12)))}\"",
            4 => new string('9', 1 << random.Next(12)),
            5 => $"[{string.Join(',', Enumerable.Repeat("\"a\"", 1 << random.Next(14)))}]",
            _ => Values[random.Next(Values.Length)],
        };
    }

    private string MutateText(string text)
    {
        switch (random.Next(6))
        {
            case 0:
                return text.Replace("{\"", "{\"model\":\"demo\",\"", StringComparison.Ordinal); // a duplicate name
            case 1:
                return text[..random.Next(text.Length)];
            case 2:
                return Ends[random.Next(Ends.Length)] + text;
            case 3:
                return text + Ends[random.Next(Ends.Length)];
            case 4:
                return Values[random.Next(Values.Length)];
            default:
                char[] letters = text.ToCharArray();
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    letters[random.Next(letters.Length)] = (char)random.Next(256);
                }

                return new string(letters);
        }
    }
}
