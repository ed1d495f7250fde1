using System.Globalization;
using System.Text;
using OrleansInference.Browser.Harness;
using Xunit.Abstractions;

namespace OrleansInference.Browser;

[Collection(ChromiumTests.Name)]
public sealed class MarkdownTests(Chromium chromium, ITestOutputHelper output)
{
    // Shows a text whole, and again in pieces with a frame after each; returns both results.
    private const string ShowBothWays = """
        async ({ text, sizes }) => {
          const { MarkdownView } = await import("/scripts/markdown/markdown-view.js");
          const whole = document.createElement("div");
          const pieces = document.createElement("div");
          const wholeView = new MarkdownView(whole);
          wholeView.append(text);
          wholeView.finish();
          const view = new MarkdownView(pieces);
          for (let at = 0, i = 0; at < text.length; at += sizes[i++ % sizes.length]) {
            view.append(text.slice(at, at + sizes[i % sizes.length]));
            await new Promise(requestAnimationFrame);
          }
          view.finish();
          return [whole.innerHTML, pieces.innerHTML];
        }
        """;

    private static readonly string[] Fragments =
    [
        "word ", "two words", "\n", "\n\n", "\n  ", "\n    ", "- ", "* ", "1. ", "7) ", "# ", "### ", "> ", "```", "```cs\n", "~~~\n", "`", "``", "*", "**", "***", "_", "__", "~~",
        "[", "](", "](https://a.example)", ")", "!", "https://b.example/x_y", "<", ">", "|", "\n|---|:-:|\n", "| a | b |", "---", "\\", "\\*", "é", "🙂", "&amp;", "<script>", "\t", "\r",
    ];

    [SkippableTheory]
    [InlineData("a **b *c* d** _e_ `f` ~~g~~ snake_case_name 2 * 3 * 4", "<p>a <strong>b <em>c</em> d</strong> <em>e</em> <code>f</code> <del>g</del> snake_case_name 2 * 3 * 4</p>")]
    [InlineData("**open `too", "<p>**open `too</p>")]
    [InlineData("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>")]
    [InlineData("# A\n####### B\n## C ##", "<h3>A</h3><p>####### B</p><h4>C</h4>")]
    [InlineData("- a\n- b\n  1. c\n  2. d\n- e", "<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li><li>e</li></ul>")]
    [InlineData("3. a\n\n4. b", "<ol start=\"3\"><li><p>a</p></li><li><p>b</p></li></ol>")]
    [InlineData("> a\n> - b\nc", "<blockquote><p>a</p><ul><li>b<br>c</li></ul></blockquote>")]
    [InlineData("a\n***\nb", "<p>a</p><hr><p>b</p>")]
    [InlineData("``a ` b`` \\*c\\* \\(x\\)", "<p><code>a ` b</code> *c* \\(x\\)</p>")]
    public async Task Renders_the_subset(string text, string expected)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        string[] shown = await tab.Page.EvaluateAsync<string[]>(ShowBothWays, new { text, sizes = new[] { 1 } });
        Assert.Equal(expected, shown[0]);
        Assert.Equal(expected, shown[1]);
    }

    [SkippableFact]
    public async Task A_text_looks_the_same_however_it_arrived()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        Random random = new(seed);
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        for (int round = 0; round < 60; round++)
        {
            StringBuilder text = new();
            for (int i = random.Next(1, 60); i > 0; i--)
                text.Append(Fragments[random.Next(Fragments.Length)]);
            int[] sizes = [.. Enumerable.Range(0, 8).Select(_ => random.Next(1, 24))];
            string[] shown = await tab.Page.EvaluateAsync<string[]>(ShowBothWays, new { text = text.ToString(), sizes });
            Assert.True(shown[0] == shown[1], $"Seed {seed}, round {round}: {text}\nwhole:  {shown[0]}\npieces: {shown[1]}");
            Assert.DoesNotContain("<script", shown[0], StringComparison.OrdinalIgnoreCase);
        }
    }

    [SkippableTheory]
    [InlineData("*a ")]
    [InlineData("**_~~")]
    [InlineData("`a``b```")]
    [InlineData("[](")]
    [InlineData("[a](b")]
    [InlineData("> ")]
    [InlineData("- ")]
    [InlineData("- - - x\n")]
    [InlineData("|a\n|-\n")]
    [InlineData("https://a.example/(")]
    [InlineData("1. a\n\n")]
    [InlineData("word ")]
    public async Task A_hostile_text_of_a_hundred_thousand_characters_is_shown(string unit)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        string text = string.Concat(Enumerable.Repeat(unit, 100_000 / unit.Length));
        string[] shown = await tab.Page.EvaluateAsync<string[]>(ShowBothWays, new { text, sizes = new[] { 10_000 } });
        Assert.Equal(shown[0], shown[1]);
    }
}
