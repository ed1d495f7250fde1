using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

[Collection(ChromiumTests.Name)]
public sealed partial class ReasoningTests(Chromium chromium)
{
    [SkippableFact]
    public async Task Reasoning_is_open_while_it_grows_and_folds_when_the_answer_begins()
    {
        TaskCompletionSource thought = new();
        TaskCompletionSource answered = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Reasoning("ones: 9\n", "tens: 7").Until(thought.Task).Content("579").Until(answered.Task).Finish(tokens: 20, reasoningTokens: 17));
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("What is 123 + 456?");

        ILocator summary = tab.Reasoning.Locator("summary");
        await Expect(tab.Reasoning.GetByText("tens: 7")).ToBeVisibleAsync();
        await Expect(summary).ToHaveTextAsync(Thinking());
        thought.SetResult();

        await Expect(tab.Content).ToHaveTextAsync("579");
        await Expect(tab.Reasoning.GetByText("tens: 7")).ToBeHiddenAsync();
        await Expect(summary).ToHaveTextAsync(ThoughtFor());
        answered.SetResult();
        await tab.EndedAsync();

        await Expect(summary).ToContainTextAsync("17 tokens");
        await Expect(tab.Content).Not.ToContainTextAsync("tens");
        await summary.ClickAsync();
        await Expect(tab.Reasoning.GetByText("tens: 7")).ToBeVisibleAsync();
    }

    [SkippableFact]
    public async Task A_reader_who_folds_or_unfolds_it_decides()
    {
        TaskCompletionSource thought = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Reasoning("a long thought").Until(thought.Task).Content("done").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Think.");
        await Expect(tab.Reasoning.GetByText("a long thought")).ToBeVisibleAsync();
        await tab.Reasoning.Locator("summary").PressAsync("Enter");
        await Expect(tab.Reasoning.GetByText("a long thought")).ToBeHiddenAsync();
        await tab.Reasoning.Locator("summary").PressAsync("Enter");
        thought.SetResult();
        await tab.EndedAsync();

        await Expect(tab.Reasoning.GetByText("a long thought")).ToBeVisibleAsync();
    }

    [SkippableFact]
    public async Task Reasoning_without_an_answer_stays_open_and_says_so()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Reasoning("and on and on").Finish("length"), new Reply().Reasoning("hm").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Think.");
        await tab.EndedAsync();
        await Expect(tab.Reasoning.GetByText("and on and on")).ToBeVisibleAsync();
        await Expect(tab.Answer).ToContainTextAsync("The answer reached its maximum length.");

        await tab.AskAsync("Again.");
        await Expect(tab.Answer).ToContainTextAsync("The model stopped before it gave an answer.");
    }

    [SkippableFact]
    public async Task An_answer_without_reasoning_shows_none()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Content("Hello!").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Hi!");
        await tab.EndedAsync();
        await Expect(tab.Reasoning).ToBeHiddenAsync();
    }

    [GeneratedRegex(@"^\s*Thinking…( \d+ s)?\s*$")]
    private static partial Regex Thinking();

    [GeneratedRegex(@"^\s*Thought for [\d.]+ m?s · ≈ 2 tokens\s*$")]
    private static partial Regex ThoughtFor();
}
