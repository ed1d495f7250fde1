using System.Text;
using System.Text.Json;
using OrleansInference.Text.Streaming;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Text.Streaming;

public sealed class DemoModelTextTests
{
    [Fact]
    public void The_demo_models_answers_divide_into_reasoning_and_content()
    {
        string folder = Repository.PathOf("shared/demo-model");
        FakeTokenizer tokenizer = Tokenizer(Path.Combine(folder, "tokenizer.json"));
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        foreach (JsonElement turn in expected.RootElement.EnumerateArray().SelectMany(chat => chat.GetProperty("turns").EnumerateArray()))
        {
            TextStream stream = new(tokenizer, new() { ParseReasoning = true, StartsInReasoning = true });
            StringBuilder reasoning = new(), content = new();
            int[] ids = [.. turn.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            for (int i = 0; i <= ids.Length; i++)
            {
                TextDelta delta = i < ids.Length ? stream.Append(ids[i], isStop: i == ids.Length - 1) : stream.Flush();
                reasoning.Append(delta.Reasoning);
                content.Append(delta.Content);
            }

            Assert.Equal(turn.GetProperty("reasoning").GetString(), reasoning.ToString());
            Assert.Equal(turn.GetProperty("content").GetString(), content.ToString());
            Assert.Equal(Array.IndexOf(ids, 966), stream.ReasoningTokens);
        }
    }

    /// <summary>The bytes of a byte-level vocabulary, which spells byte b as the b-th printable character or as U+0100 and following.</summary>
    private static FakeTokenizer Tokenizer(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        Dictionary<char, byte> byteOf = [];
        for (int b = 0, other = 0x100; b < 256; b++)
        {
            byteOf[b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : (char)other++] = (byte)b;
        }

        JsonElement added = document.RootElement.GetProperty("added_tokens");
        JsonElement vocabulary = document.RootElement.GetProperty("model").GetProperty("vocab");
        byte[][] tokens = [.. Enumerable.Repeat(Array.Empty<byte>(), 1024)];
        foreach (JsonProperty token in vocabulary.EnumerateObject().Where(token => token.Name.All(byteOf.ContainsKey)))
        {
            tokens[token.Value.GetInt32()] = [.. token.Name.Select(c => byteOf[c])];
        }

        foreach (JsonElement token in added.EnumerateArray())
        {
            tokens[token.GetProperty("id").GetInt32()] = Encoding.UTF8.GetBytes(token.GetProperty("content").GetString()!);
        }

        return new FakeTokenizer(tokens);
    }
}
