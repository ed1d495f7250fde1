using Microsoft.Playwright;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

[Collection(ChromiumTests.Name)]
public sealed class AppearanceTests(Chromium chromium)
{
    private const string LightPage = "rgb(250, 250, 248)";
    private const string DarkPage = "rgb(21, 23, 24)";

    // The contrast of every visible text with the nearest painted background behind it (WCAG 2.2, 1.4.3); returns the texts below 4.5.
    private const string PoorContrast = """
        () => {
          const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          const channels = (color) => {
            context.clearRect(0, 0, 1, 1);
            context.fillStyle = color;
            context.fillRect(0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data];
          };
          const luminance = ([r, g, b]) => {
            const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
          };
          const background = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const color = channels(getComputedStyle(at).backgroundColor);
              if (color[3] === 255) return color;
            }
            return [255, 255, 255];
          };
          const poor = [];
          for (const element of document.querySelectorAll("body *")) {
            const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
            if (text === "" || element.closest(":disabled, template, noscript, .skip-link") || !element.checkVisibility()) continue;
            const [a, b] = [channels(getComputedStyle(element).color), background(element)].map(luminance);
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) poor.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
          }
          return poor;
        }
        """;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_text_can_be_read_in_light_and_dark(bool dark)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Reasoning("a *thought* with `code`").Content("A [link](https://example.org), `code`\n\n> quoted\n\n```js\nlet a;\n```\n\n| a |\n|---|\n| b |").Finish("length"),
            new Reply().Refuse(400, "No.", "invalid"));
        await using ChatTab tab = await chromium.OpenAsync(server.Address, new ChatTabOptions { Dark = dark });
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>(PoorContrast));
        await tab.AskAsync("Show all.");
        await tab.EndedAsync();
        await tab.Reasoning.Locator("summary").ClickAsync();
        await tab.AskAsync("Fail.");
        await Expect(tab.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>(PoorContrast));
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Settings" }).ClickAsync();
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>(PoorContrast));
    }

    [SkippableFact]
    public async Task The_theme_follows_the_system_until_the_reader_chooses()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        ILocator body = tab.Page.Locator("body");
        await Expect(body).ToHaveCSSAsync("background-color", LightPage);
        await tab.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await Expect(body).ToHaveCSSAsync("background-color", DarkPage);
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Switch between light and dark" }).ClickAsync();
        await Expect(body).ToHaveCSSAsync("background-color", LightPage);
        await tab.Page.ReloadAsync();
        await Expect(body).ToHaveCSSAsync("background-color", LightPage);
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Settings" }).ClickAsync();
        await tab.Page.GetByText("System", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await Expect(body).ToHaveCSSAsync("background-color", DarkPage);
    }

    [SkippableFact]
    public async Task Nothing_is_cut_off_or_scrolls_sideways_at_320_pixels()
    {
        string wide = new('w', 300);
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Reasoning(wide).Content($"{wide}\n\n```\n{wide}\n```\n\n| {wide} | b |\n|---|---|\n| c | d |\n\n# {wide}\n\n`{wide}`").Finish(),
            new Reply().Refuse(400, wide, wide));
        await using ChatTab tab = await chromium.OpenAsync(server.Address, new ChatTabOptions { Width = 320, Height = 640, Touch = true });
        await ExpectNoSidewaysScrollAsync(tab);
        await tab.AskAsync(wide);
        await tab.EndedAsync();
        await tab.Reasoning.Locator("summary").ClickAsync();
        await ExpectNoSidewaysScrollAsync(tab);
        await tab.AskAsync("Fail.");
        await Expect(tab.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await ExpectNoSidewaysScrollAsync(tab);
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Settings" }).ClickAsync();
        await ExpectNoSidewaysScrollAsync(tab);
    }

    [SkippableFact]
    public async Task Nothing_moves_for_a_reader_who_asked_for_that()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Until(new TaskCompletionSource().Task));
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Wait.");
        await Expect(tab.Answer.Locator(".pulse i").First).ToHaveCSSAsync("animation-name", "none");
    }

    private static async Task ExpectNoSidewaysScrollAsync(ChatTab tab)
    {
        const string overflowing = """
            () => [document.documentElement, ...document.querySelectorAll("body, header, main, footer, dialog[open], .drawer-body")]
              .filter((element) => element.scrollWidth > element.clientWidth || element.getBoundingClientRect().right > innerWidth)
              .map((element) => `${element.tagName}: ${element.scrollWidth} in ${element.clientWidth}`)
            """;
        Assert.Equal(320, await tab.Page.EvaluateAsync<int>("innerWidth"));
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>(overflowing));
    }
}
