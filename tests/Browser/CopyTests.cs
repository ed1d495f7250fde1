using Microsoft.Playwright;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

[Collection(ChromiumTests.Name)]
public sealed class CopyTests(Chromium chromium)
{
    [SkippableFact]
    public async Task Answers_are_copied_as_they_were_written_and_code_alone()
    {
        const string answer = "Use **this**:\n\n```js\nlet a = 1;\nlet b = 2;\n```";
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Reasoning("not this").Content(answer).Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("How?");
        await tab.EndedAsync();

        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Copy answer" }).ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Copied" })).ToBeVisibleAsync();
        Assert.Equal(answer, await ClipboardAsync(tab));
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Copy code" }).ClickAsync();
        await Expect(tab.Content.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Copied" })).ToBeVisibleAsync();
        Assert.Equal("let a = 1;\nlet b = 2;", await ClipboardAsync(tab));
    }

    private static Task<string> ClipboardAsync(ChatTab tab) => tab.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
}
