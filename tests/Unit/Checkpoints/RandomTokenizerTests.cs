using System.Text.Json.Nodes;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Checkpoints;

public sealed class RandomTokenizerTests
{
    [Fact]
    public void Each_byte_is_one_token_spelt_in_the_byte_level_alphabet()
    {
        JsonObject vocabulary = RandomTokenizer.Tokenizer()["model"]!["vocab"]!.AsObject();

        Assert.Equal(256, vocabulary.Count);
        Assert.Equal(Enumerable.Range(0, 256), vocabulary.Select(entry => (int)entry.Value!));
        // Letters of the published alphabet: NUL, newline, space, 'A', DEL, soft hyphen and the last byte.
        (string Letter, int Value)[] known = [("Ā", 0), ("Ċ", 10), ("Ġ", 32), ("A", 65), ("ġ", 127), ("Ń", 173), ("ÿ", 255)];
        Assert.All(known, pair => Assert.Equal(pair.Value, (int)vocabulary[pair.Letter]!));
    }

    [Fact]
    public void Special_tokens_follow_the_bytes_and_the_reasoning_tags_are_shown()
    {
        JsonArray added = RandomTokenizer.Tokenizer()["added_tokens"]!.AsArray();

        Assert.Equal(Enumerable.Range(256, 6), added.Select(token => (int)token!["id"]!));
        Assert.Equal("<｜end▁of▁sentence｜>", (string)added[RandomTokenizer.EndOfSequence - 256]!["content"]!);
        Assert.Equal(["<think>", "</think>"], added.Where(token => !(bool)token!["special"]!).Select(token => (string)token!["content"]!));
    }
}
