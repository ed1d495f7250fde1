using System.Text.Json;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Golden.Text;

/// <summary>Every recorded case of the reference implementation: the same ids and the same text.</summary>
public sealed class TokenizerTests
{
    private static readonly string Repository = FindRepository();

    [Theory]
    [InlineData("deepseek-v3")]
    [InlineData("llama3")]
    [InlineData("qwen2")]
    [InlineData("sentencepiece-bpe")]
    public void Texts_encode_and_decode_as_recorded(string name)
    {
        string folder = Path.Combine(Repository, "tests/Golden/data/text/tokenizers", name);
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(folder, "tokenizer.json"));
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "cases.json")));
        Assert.All(cases.RootElement.EnumerateArray(), entry =>
        {
            string text = entry.GetProperty("text").GetString()!;
            int[] ids = Ids(entry, "ids");
            Assert.Equal(ids, tokenizer.Encode(text, addSpecialTokens: false));
            Assert.Equal(Ids(entry, "with_special"), tokenizer.Encode(text, addSpecialTokens: true));
            Assert.Equal(entry.GetProperty("decoded").GetString(), tokenizer.Decode(ids, skipSpecialTokens: false));
            Assert.Equal(entry.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(ids, skipSpecialTokens: true));
            Assert.Equal(entry.GetProperty("decoded").GetString(), Stream(tokenizer, ids, skipSpecialTokens: false));
            Assert.Equal(entry.GetProperty("decoded_skip_special").GetString(), Stream(tokenizer, ids, skipSpecialTokens: true));
        });
    }

    [Theory]
    [InlineData("deepseek-v3")]
    [InlineData("llama3")]
    [InlineData("qwen")]
    public void Checkpoint_tokenizers_encode_and_decode_as_recorded(string name)
    {
        string folder = Path.Combine(Repository, "tests/Golden/data/checkpoints/tokenizers", name);
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(folder, "tokenizer.json"));
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "vectors.json")));
        Assert.All(vectors.RootElement.GetProperty("encode").EnumerateArray(), entry =>
        {
            int[] ids = Ids(entry, "ids");
            Assert.Equal(ids, tokenizer.Encode(entry.GetProperty("text").GetString()!, addSpecialTokens: false));
            Assert.Equal(entry.GetProperty("decoded").GetString(), tokenizer.Decode(ids, skipSpecialTokens: false));
            Assert.Equal(entry.GetProperty("decoded").GetString(), Stream(tokenizer, ids, skipSpecialTokens: false));
        });
        TokenizerConfig config = TokenizerConfig.Load(folder);
        Assert.Equal("<｜begin▁of▁sentence｜>", config.BeginToken);
        Assert.NotNull(config.ChatTemplate);
        Assert.Equal(16384, config.MaxLength);
    }

    [Fact]
    public void Demo_prompts_have_the_recorded_ids()
    {
        string folder = Path.Combine(Repository, "shared/demo-model");
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(folder, "tokenizer.json"));
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        int checkedTurns = 0;
        foreach (JsonElement conversation in expected.RootElement.EnumerateArray())
        {
            JsonElement turn = conversation.GetProperty("turns")[0];
            string prompt = $"<｜begin▁of▁sentence｜><｜User｜>{turn.GetProperty("user").GetString()}<｜Assistant｜><think>\n";
            Assert.Equal(Ids(turn, "prompt_ids"), tokenizer.Encode(prompt, addSpecialTokens: false));
            checkedTurns++;
        }
        Assert.True(checkedTurns > 0);
    }

    private static string Stream(Tokenizer tokenizer, int[] ids, bool skipSpecialTokens)
    {
        ITokenStreamDecoder decoder = tokenizer.CreateStreamDecoder(skipSpecialTokens);
        return string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
    }

    private static int[] Ids(JsonElement entry, string name) => [.. entry.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "OrleansInference.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests do not lie below the repository's root");
    }
}
