using Microsoft.Playwright;
using OrleansInference.ApiTests.Sdk;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

/// <summary>The page over the demo model, as a user of <c>./run.sh</c> meets it.</summary>
[Collection(ChromiumTests.Name)]
public sealed class DemoModelTests(Chromium chromium, DemoServer server) : IClassFixture<DemoServer>
{
    [SkippableFact]
    public async Task Arithmetic_is_answered_with_its_steps_folded()
    {
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Settings" }).ClickAsync();
        await tab.Page.GetByLabel("Temperature", new PageGetByLabelOptions { Exact = true }).FillAsync("0");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Done" }).ClickAsync();
        await tab.AskAsync("What is 123 + 456?");
        await tab.EndedAsync();

        await Expect(tab.Content).ToContainTextAsync("579");
        await Expect(tab.Reasoning).ToContainTextAsync("ones: 3 + 6");
        await Expect(tab.Figures).ToContainTextAsync("tokens/s");
    }
}
