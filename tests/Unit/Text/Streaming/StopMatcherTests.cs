using System.Text;
using OrleansInference.Text.Streaming;

namespace OrleansInference.Unit.Text.Streaming;

public sealed class StopMatcherTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("say STOP now", "say ", "STOP")]
    [InlineData("abc", "a", "b", "abc")]
    [InlineData("abcd", "", "bcd", "abcd")]
    [InlineData("aaab", "a", "aab")]
    [InlineData("abababc", "ab", "ababc")]
    [InlineData("xx", "xx", "")]
    [InlineData("x😀y", "x", "😀")]
    [InlineData("x😁y", "x😁y", "😀", "\ud83d", "\ude01y")]
    public void Text_ends_before_the_first_stop_string_to_be_completed(string text, string expected, params string[] stops)
    {
        Assert.Equal(expected, Run(stops, [text]).Text);
        Assert.Equal(expected, Run(stops, text.EnumerateRunes().Select(rune => rune.ToString())).Text);
    }

    [Fact]
    public void Holds_back_only_what_may_still_become_a_stop_string()
    {
        StopMatcher matcher = new(["aab", "xyz"]);
        StringBuilder released = new();
        Assert.Null(matcher.Append("caaa", released));
        Assert.Equal("ca", released.ToString());
        Assert.Equal("aa", matcher.Held.ToString());
        Assert.Null(matcher.Append("xy", released));
        Assert.Equal("caaa", released.ToString());
        matcher.Flush(released);
        Assert.Equal("caaaxy", released.ToString());
    }

    [Fact]
    public void Equals_a_search_of_the_whole_text_however_it_is_cut()
    {
        int seed = Seed.Next();
        Random random = new(seed);
        for (int round = 0; round < 2000; round++)
        {
            string text = Messages(random, random.Next(40));
            string[] stops = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Messages(random, random.Next(6)))];
            List<string> pieces = [];
            for (int at = 0, next; at < text.Length; at = next)
            {
                next = Math.Min(text.Length, at + random.Next(5));
                pieces.Add(text[at..next]);
            }

            (string actual, string? found) = Run(stops, pieces);
            (string expected, string? expectedFound) = Reference(stops, text);
            Assert.True(expected == actual && expectedFound == found, $"seed {seed}, round {round}: '{text}' with [{string.Join(',', stops)}] gave '{actual}'");
        }
    }

    private static (string Text, string? Found) Reference(string[] stops, string text)
    {
        for (int end = 1; end <= text.Length; end++)
        {
            if (stops.Where(stop => stop.Length > 0 && text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length) is { } stop)
            {
                return (text[..(end - stop.Length)], stop);
            }
        }

        return (text, null);
    }

    private static (string Text, string? Found) Run(string[] stops, IEnumerable<string> pieces)
    {
        StopMatcher matcher = new(stops);
        StringBuilder released = new();
        foreach (string piece in pieces)
        {
            if (matcher.Append(piece, released) is { } found)
            {
                return (released.ToString(), found);
            }
        }

        matcher.Flush(released);
        return (released.ToString(), null);
    }

    private static string Messages(Random random, int count) => new([.. Enumerable.Range(0, count).Select(_ => (char)('a' + random.Next(2)))]);
}
