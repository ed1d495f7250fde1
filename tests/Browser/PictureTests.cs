using Microsoft.Playwright;
using OrleansInference.Browser.Harness;

namespace OrleansInference.Browser;

/// <summary>Pictures for people who want to see what changed, and what they must show.</summary>
[Collection(ChromiumTests.Name)]
public sealed class PictureTests(Chromium chromium)
{
    private const string Answer = """
        The sum is **579**. Here is how it adds up, column by column:

        1. *Ones*: 3 + 6 = 9
        2. *Tens*: 2 + 5 = 7
        3. *Hundreds*: 1 + 4 = 5
           - no carry anywhere
           - so three digits

        ### In code

        ```csharp
        int sum = 123 + 456;
        Console.WriteLine($"123 + 456 = {sum}");
        ```

        | column | digits | sum |
        |:--|:-:|--:|
        | ones | 3, 6 | 9 |
        | tens | 2, 5 | 7 |

        > Every step can be checked by `hand`; see [the column method](https://example.org/addition).
        """;

    [SkippableTheory]
    [InlineData("light", false, 1100, 800)]
    [InlineData("dark", true, 1100, 800)]
    [InlineData("light", false, 390, 780)]
    [InlineData("dark", true, 320, 640)]
    public async Task Shows_every_state(string theme, bool dark, int width, int height)
    {
        TaskCompletionSource gate = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Reasoning("ones: 3 + 6 + 0 = 9, write 9, carry 0\n", "tens: 2 + 5 + 0 = 7, write 7, carry 0\n").Until(gate.Task)
                .Reasoning("hundreds: 1 + 4 + 0 = 5").Content(Answer).Finish(tokens: 318, reasoningTokens: 71),
            new Reply().Refuse(429, "The queue is full: 64 requests wait. Try again in 3 s.", "overloaded"));
        ChatTabOptions options = new() { Width = width, Height = height, Dark = dark, Touch = width < 500 };
        await using ChatTab tab = await chromium.OpenAsync(server.Address, options);
        await Assertions.Expect(tab.Page.Locator("#health-text")).ToHaveTextAsync("Ready");
        await tab.PictureAsync($"{theme}-{width}-1-welcome");

        await tab.AskAsync("What is 123 + 456?");
        await Assertions.Expect(tab.Reasoning).ToContainTextAsync("carry 0");
        await tab.PictureAsync($"{theme}-{width}-2-thinking");
        gate.SetResult();
        await tab.EndedAsync();
        await Assertions.Expect(tab.Figures).ToContainTextAsync("318 tokens");
        await tab.PictureAsync($"{theme}-{width}-3-answer");

        await tab.AskAsync("And 1 more?");
        await Assertions.Expect(tab.Answer.Locator(".failure")).ToBeVisibleAsync();
        await tab.PictureAsync($"{theme}-{width}-4-failure");

        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Settings", Exact = true }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await tab.PictureAsync($"{theme}-{width}-5-settings");
    }
}
