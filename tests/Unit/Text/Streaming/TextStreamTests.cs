using System.Text;
using OrleansInference.Text.Streaming;

namespace OrleansInference.Unit.Text.Streaming;

public sealed class TextStreamTests
{
    private static readonly FakeTokenizer Bytes = FakeTokenizer.Bytes;
    private static readonly TextStreamOptions Reasoning = new() { ParseReasoning = true };
    private static readonly TextStreamOptions Opened = new() { ParseReasoning = true, StartsInReasoning = true };

    [Theory]
    [InlineData("<think>\nwhy\n</think>\n\nanswer", "why", "answer")]
    [InlineData("\n<think>why</think>answer", "why", "answer")]
    [InlineData("<think>\n\n</think>\n\nanswer\n", "", "answer\n")]
    [InlineData("<think>never closed\n", "never closed\n", "")]
    [InlineData("plain answer", "", "plain answer")]
    [InlineData("\n\nplain", "", "\n\nplain")]
    [InlineData("plain <think>x</think>", "", "plain <think>x</think>")]
    [InlineData("<thin", "", "")]
    [InlineData("<thing>", "", "<thing>")]
    [InlineData("<think>a\n\nb\n</thin</think>\nc</think><think>", "a\n\nb\n</thin", "c</think><think>")]
    [InlineData("<think>a<b, </c>, 1 < 2\n<</think>d", "a<b, </c>, 1 < 2\n<", "d")]
    [InlineData("<think>cut </thi", "cut ", "")]
    [InlineData("<think>1 <", "1 <", "")]
    [InlineData("<think>你😀</think>é", "你😀", "é")]
    [InlineData("", "", "")]
    public void Reasoning_that_the_output_opens_is_distinguished(string text, string reasoning, string content) =>
        Expect(Reasoning, text, reasoning, content);

    [Theory]
    [InlineData("why\n</think>\n\nanswer", "why", "answer")]
    [InlineData("\nwhy", "why", "")]
    [InlineData("</think>answer", "", "answer")]
    [InlineData("<think>\nwhy</think>answer", "why", "answer")]
    [InlineData("</thinker></think>x", "</thinker>", "x")]
    [InlineData("<thi</think>x", "<thi", "x")]
    public void Reasoning_that_the_prompt_opened_is_distinguished(string text, string reasoning, string content) =>
        Expect(Opened, text, reasoning, content);

    [Fact]
    public void Tags_are_text_where_reasoning_is_not_parsed() =>
        Expect(new TextStreamOptions(), "<think>\na</think>\nb", string.Empty, "<think>\na</think>\nb");

    [Fact]
    public void Special_tag_tokens_divide_the_text_although_decoding_skips_them()
    {
        FakeTokenizer tokenizer = new(["<think>", "</think>", "<eos>", "\n", "why", "answer"], 0, 1, 2);
        Collected collected = Run(tokenizer, Reasoning, [0, 3, 4, 1, 3, 5]);
        Assert.Equal(("why", "answer"), (collected.Reasoning, collected.Content));
        Assert.Equal((6, 2), (collected.Tokens, collected.ReasoningTokens));
    }

    [Fact]
    public void A_stop_string_spans_tokens_and_ends_text_in_reasoning_and_answer_alike()
    {
        Expect(Reasoning with { StopStrings = ["END"] }, "<think>a END b</think>c", "a ", string.Empty, "END");
        Expect(Reasoning with { StopStrings = ["END"] }, "<think>a</think>cEN END d", "a", "cEN ", "END");
        Expect(Reasoning with { StopStrings = ["</think>"] }, "<think>a</think>c", "a", string.Empty, "</think>");
        Expect(Reasoning with { StopStrings = ["END"], IncludeStopString = true }, "<think>a</think>c END d", "a", "c END", "END");
        Expect(new() { StopStrings = ["aab"], MinTokens = 3 }, "aabcaab", string.Empty, "aabc", "aab");
    }

    [Fact]
    public void A_stop_token_counts_but_leaves_no_text_unless_it_is_to_be_included()
    {
        FakeTokenizer tokenizer = new(["a", "b"]);
        foreach ((bool include, string expected) in new[] { (false, "a"), (true, "ab") })
        {
            TextStream stream = new(tokenizer, new() { IncludeStopString = include });
            string text = stream.Append(0).Content + stream.Append(1, isStop: true).Content + stream.Flush().Content;
            Assert.Equal((expected, 2), (text, stream.Tokens));
        }
    }

    [Fact]
    public void An_end_without_a_token_changes_nothing()
    {
        TextStream stream = new(Bytes, Reasoning);
        Assert.Equal(default, stream.Append(-1));
        Assert.Equal(0, stream.Tokens);
        Assert.Equal(string.Empty, stream.Flush().Content);
    }

    [Fact]
    public void A_character_cut_off_by_the_end_becomes_the_replacement_character()
    {
        TextStream stream = new(Bytes, new());
        Assert.Equal(string.Empty, stream.Append(0xE4).Content);
        Assert.Equal("\uFFFD", stream.Flush().Content);
        Assert.Equal(string.Empty, stream.Flush().Content);
    }

    [Fact]
    public void Reasoning_tokens_are_exact_even_while_text_is_held_back()
    {
        TextStreamOptions options = Opened with { StopStrings = ["think>\n\nzzz", "\n</think>zzz"] };
        Collected collected = Run(Bytes, options, [.. Encoding.UTF8.GetBytes("ab\n</think>\n\nc").Select(b => (int)b)]);
        Assert.Equal(("ab", "c"), (collected.Reasoning, collected.Content));
        Assert.Equal("ab\n</think".Length, collected.ReasoningTokens);
    }

    [Fact]
    public void The_result_does_not_depend_on_how_the_text_is_cut_into_tokens()
    {
        int seed = Seed.Next();
        Random random = new(seed);
        string[] parts = ["<think>", "</think>", "<", "</th", "\n", "\n\n", "STOP", "ST", "a", "😀", "你"];
        for (int round = 0; round < 2000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            TextStreamOptions options = (random.Next(2) == 0 ? Reasoning : Opened) with { StopStrings = random.Next(2) == 0 ? [] : ["STOP", "\n\n\n"] };
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            List<byte[]> tokens = [];
            for (int at = 0, next; at < bytes.Length; at = next)
            {
                next = Math.Min(bytes.Length, at + 1 + random.Next(9));
                tokens.Add(bytes[at..next]);
            }

            Collected whole = Run(Bytes, options, [.. bytes.Select(b => (int)b)]);
            Collected cut = Run(new FakeTokenizer(tokens), options, [.. Enumerable.Range(0, tokens.Count)]);
            Assert.True(whole.Reasoning == cut.Reasoning && whole.Content == cut.Content && whole.Stop == cut.Stop, $"seed {seed}, round {round}: {text}");
        }
    }

    private static void Expect(TextStreamOptions options, string text, string reasoning, string content, string? stop = null)
    {
        Collected collected = Run(Bytes, options, [.. Encoding.UTF8.GetBytes(text).Select(b => (int)b)]);
        Assert.Equal((reasoning, content, stop), (collected.Reasoning, collected.Content, collected.Stop));
    }

    private static Collected Run(FakeTokenizer tokenizer, TextStreamOptions options, int[] ids)
    {
        TextStream stream = new(tokenizer, options);
        StringBuilder reasoning = new(), content = new();
        string? stop = null;
        int marked = 0;
        for (int i = 0; i <= ids.Length; i++)
        {
            TextDelta delta = i < ids.Length ? stream.Append(ids[i]) : stream.Flush();
            Assert.True(delta.Reasoning.Length == 0 || content.Length == 0, "reasoning after content");
            Assert.All(new[] { delta.Reasoning, delta.Content }, text => Assert.False(text.Length > 0 && (char.IsLowSurrogate(text[0]) || char.IsHighSurrogate(text[^1]))));
            reasoning.Append(delta.Reasoning);
            content.Append(delta.Content);
            stop ??= delta.StopString;
            marked += delta.IsReasoningToken ? 1 : 0;
        }

        Assert.Equal(marked, stream.ReasoningTokens);
        return new(reasoning.ToString(), content.ToString(), stop, stream.Tokens, stream.ReasoningTokens);
    }

    private sealed record Collected(string Reasoning, string Content, string? Stop, int Tokens, int ReasoningTokens);
}
