using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit.Models.Checkpoints;

public sealed class RandomTokenizerTests
{
    [Fact]
    public void Each_byte_is_one_token_spelt_in_the_byte_level_alphabet()
    {
        JsonObject vocabulary = RandomTokenizer.Tokenizer(1000)["model"]!["vocab"]!.AsObject();

        Assert.Equal(1000, vocabulary.Count);
        Assert.Equal(Enumerable.Range(0, 1000), vocabulary.Select(entry => (int)entry.Value!));
        // Letters of the published alphabet: NUL, newline, space, 'A', DEL, soft hyphen and the last byte.
        (string OutboundMessage, int Value)[] known = [("Ā", 0), ("Ċ", 10), ("Ġ", 32), ("A", 65), ("ġ", 127), ("Ń", 173), ("ÿ", 255)];
        Assert.All(known, pair => Assert.Equal(pair.Value, (int)vocabulary[pair.OutboundMessage]!));
    }

    [Fact]
    public void Every_id_of_the_model_has_a_text_that_decodes()
    {
        using MemoryStream json = new(JsonSerializer.SerializeToUtf8Bytes(RandomTokenizer.Tokenizer(1000)));
        var tokenizer = Tokenizer.Load(json, "random");

        Assert.Equal(1000, tokenizer.VocabularySize);
        Assert.Equal(1000 - 256 - 4, Enumerable.Range(256, 744).Select(id => tokenizer.Decode([id], skipSpecialTokens: true)).Where(text => text.Length > 0).Distinct().Count());
        Assert.Equal([104, 105], tokenizer.Encode("hi", addSpecialTokens: false));
        Assert.Equal([RandomTokenizer.EndOfSequence], tokenizer.Encode("<｜end▁of▁sentence｜>", addSpecialTokens: false));
    }

    [Fact]
    public void Special_tokens_follow_the_bytes_and_the_reasoning_tags_are_shown()
    {
        JsonArray added = RandomTokenizer.Tokenizer(1000)["added_tokens"]!.AsArray();

        Assert.Equal(Enumerable.Range(256, 6), added.Select(token => (int)token!["id"]!));
        Assert.Equal("<｜end▁of▁sentence｜>", (string)added[RandomTokenizer.EndOfSequence - 256]!["content"]!);
        Assert.Equal(["<think>", "</think>"], added.Where(token => !(bool)token!["special"]!).Select(token => (string)token!["content"]!));
    }
}
