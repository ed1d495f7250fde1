using Microsoft.Playwright;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

[Collection(ChromiumTests.Name)]
public sealed class KeyboardTests(Chromium chromium)
{
    [SkippableFact]
    public async Task A_whole_conversation_needs_no_mouse()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Reasoning("because").Content("Yes.").Finish(), new Reply().Content("Yes indeed.").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        IKeyboard keyboard = tab.Page.Keyboard;
        await Expect(tab.Prompt).ToBeFocusedAsync();
        await keyboard.TypeAsync("Two");
        await keyboard.PressAsync("Shift+Enter");
        await keyboard.TypeAsync("lines?");
        await Expect(tab.Prompt).ToHaveValueAsync("Two\nlines?");
        await keyboard.PressAsync("Enter");
        await tab.EndedAsync();
        await Expect(tab.Prompt).ToBeFocusedAsync();

        await BackToAsync(tab, tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Regenerate answer" }));
        await BackToAsync(tab, tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Copy answer" }));
        await BackToAsync(tab, tab.Reasoning.Locator("summary"));
        await keyboard.PressAsync("Enter");
        await Expect(tab.Reasoning.GetByText("because")).ToBeVisibleAsync();
        await BackToAsync(tab, tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Edit this message" }));
        await keyboard.PressAsync("Enter");
        await Expect(tab.Prompt).ToBeFocusedAsync();
        await keyboard.TypeAsync(" Really?");
        await keyboard.PressAsync("Enter");
        await Expect(tab.Content).ToHaveTextAsync("Yes indeed.");
        Assert.Equal("Two\nlines? Really?", (string?)server.Requests[1]["messages"]![0]!["content"]);
    }

    [SkippableFact]
    public async Task The_first_stop_leads_to_the_message_box_and_every_stop_shows_its_focus()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.Page.EvaluateAsync("document.body.tabIndex = -1; document.body.focus()");
        await tab.Page.Keyboard.PressAsync("Tab");
        await Expect(tab.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Skip to the message box" })).ToBeFocusedAsync();
        string[] names = ["New chat", "Switch between light and dark", "Settings"];
        foreach (string name in names)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            ILocator button = tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });
            await Expect(button).ToBeFocusedAsync();
            await Expect(button).ToHaveCSSAsync("outline-style", "solid");
        }

        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Settings" })).ToBeFocusedAsync();
    }

    [SkippableFact]
    public async Task Enter_that_belongs_to_an_input_method_does_not_send()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.Prompt.FillAsync("你");
        await tab.Prompt.DispatchEventAsync("keydown", new { key = "Enter", isComposing = true });
        await Expect(tab.Prompt).ToHaveValueAsync("你");
        Assert.Empty(server.Requests);
    }

    private static async Task BackToAsync(ChatTab tab, ILocator target)
    {
        for (int stops = 0; stops < 8; stops++)
        {
            await tab.Page.Keyboard.PressAsync("Shift+Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
                return;
        }

        await Expect(target).ToBeFocusedAsync();
    }
}
