using Microsoft.Playwright;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

[Collection(ChromiumTests.Name)]
public sealed class ScrollTests(Chromium chromium)
{
    private const string DistanceFromEnd = "(element) => element.scrollHeight - element.scrollTop - element.clientHeight";

    [SkippableFact]
    public async Task The_page_follows_the_text_only_while_the_reader_is_at_its_end()
    {
        string[] lines = [.. Enumerable.Range(1, 80).Select(i => $"Line {i}\n\n")];
        TaskCompletionSource second = new();
        TaskCompletionSource third = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Content(lines).Until(second.Task).Content("second\n\n").Content(lines).Until(third.Task).Content("third\n\n").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        ILocator scroller = tab.Page.GetByRole(AriaRole.Main);
        await tab.AskAsync("Write a lot.");
        await Expect(tab.Content).ToContainTextAsync("Line 80");
        Assert.True(await scroller.EvaluateAsync<double>(DistanceFromEnd) <= 32);

        await scroller.EvaluateAsync("(element) => { element.scrollTop = 100; }");
        ILocator jump = tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Jump to the latest text" });
        await Expect(jump).ToBeVisibleAsync();
        second.SetResult();
        await Expect(tab.Content).ToContainTextAsync("second");
        Assert.Equal(100, await scroller.EvaluateAsync<double>("(element) => element.scrollTop"));

        await jump.ClickAsync();
        await Expect(jump).ToBeHiddenAsync();
        third.SetResult();
        await tab.EndedAsync();
        await Expect(tab.Content.GetByText("third")).ToBeInViewportAsync();
    }
}
