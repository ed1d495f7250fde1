using Microsoft.Playwright;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

[Collection(ChromiumTests.Name)]
public sealed class FailureTests(Chromium chromium)
{
    [SkippableFact]
    public async Task A_refused_request_shows_why_and_gives_the_text_back()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Refuse(429, "The queue is full: 64 requests wait.", "overloaded"), new Reply().Content("Now it works.").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Are you there?");

        ILocator alert = tab.Page.GetByRole(AriaRole.Alert);
        await Expect(alert).ToContainTextAsync("The queue is full: 64 requests wait.");
        await Expect(alert).ToContainTextAsync("HTTP 429 · overloaded");
        await Expect(tab.Prompt).ToHaveValueAsync("Are you there?");
        await alert.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Retry" }).ClickAsync();

        await Expect(tab.Content).ToHaveTextAsync("Now it works.");
        await Expect(tab.Turns).ToHaveCountAsync(1);
        await Expect(tab.Prompt).ToHaveValueAsync("");
        await Expect(alert).ToHaveCountAsync(0);
    }

    [SkippableFact]
    public async Task Sending_a_better_text_replaces_the_turn_that_failed()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Refuse(400, "The prompt has 9,000 tokens; the context holds 4,096.", "context_length_exceeded"), new Reply().Content("Shorter is better.").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("A very long text");
        await Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("9,000 tokens");
        await tab.AskAsync("A text");

        await Expect(tab.Content).ToHaveTextAsync("Shorter is better.");
        await Expect(tab.Turns).ToHaveCountAsync(1);
        Assert.Single(server.Requests[1]["messages"]!.AsArray());
    }

    [SkippableTheory]
    [InlineData(true, "The device has no memory left.")]
    [InlineData(false, "The connection was lost before the answer ended.")]
    public async Task A_stream_that_fails_keeps_what_it_brought(bool told, string message)
    {
        TaskCompletionSource gate = new();
        Reply first = new Reply().Content("The first half, ").Until(gate.Task);
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            told ? first.Fail(message) : first.Break(), new Reply().Content("Both halves.").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Tell me all.");
        await Expect(tab.Content).ToHaveTextAsync("The first half,");
        gate.SetResult();

        await Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(message);
        await Expect(tab.Content).ToHaveTextAsync("The first half,");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Retry" }).ClickAsync();
        await Expect(tab.Content).ToHaveTextAsync("Both halves.");
        await Expect(tab.Turns).ToHaveCountAsync(1);
    }

    [SkippableFact]
    public async Task A_server_that_is_not_ready_or_gone_is_shown()
    {
        ScriptedServer server = await ScriptedServer.StartAsync();
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        ILocator health = tab.Page.Locator("#health");
        await Expect(health).ToContainTextAsync("Ready");
        server.Healthy = false;
        await tab.AskAsync("Anyone?");
        await Expect(health).ToContainTextAsync("Not ready");
        await Expect(health).ToHaveAttributeAsync("title", "The model is loading.");

        await server.DisposeAsync();
        await tab.Prompt.PressAsync("Enter");
        await Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The server cannot be reached.");
        await Expect(health).ToContainTextAsync("Offline");
        await Expect(tab.Prompt).ToHaveValueAsync("Anyone?");
    }

    [SkippableTheory]
    [InlineData("styles/tokens.css", 1, "Ready")]
    [InlineData("scripts/chat.js", 1, "Ready")]
    [InlineData("scripts/chat.js", 2, "Not loaded. Reload the page.")]
    public async Task A_page_that_did_not_get_all_its_files_loads_once_more(string file, int losses, string shown)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Content("Here I am.").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        tab.LosesFiles = true;
        int loads = 0;
        TaskCompletionSource again = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await tab.Page.RouteAsync("**/" + file, route =>
        {
            int load = Interlocked.Increment(ref loads);
            if (load == 2)
                again.TrySetResult();
            return load <= losses ? route.AbortAsync("connectionreset") : route.ContinueAsync();
        });
        await tab.Page.GotoAsync("about:blank");
        await tab.Page.GotoAsync(server.Address.AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await again.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await Expect(tab.Page.Locator("#health")).ToContainTextAsync(shown);
        Assert.Equal(2, Volatile.Read(ref loads));

        // The reader's own attempt is the last resort.
        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator("#health")).ToContainTextAsync("Ready");
        await tab.AskAsync("Are you there?");
        await Expect(tab.Content).ToHaveTextAsync("Here I am.");
    }
}
