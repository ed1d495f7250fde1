using Microsoft.Playwright;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

/// <summary>What a model says is text, whatever it looks like; <see cref="ChatTab"/> asserts besides that nothing left the server and no policy was violated.</summary>
[Collection(ChromiumTests.Name)]
public sealed class HostileOutputTests(Chromium chromium)
{
    private const string Attack = """
        <script>document.title = "taken"</script>
        <img src=x onerror="document.title='taken'"> <svg onload="document.title='taken'">
        <iframe src="https://attacker.example/"></iframe><style>* { display: none }</style>
        ![picture](https://attacker.example/pixel.png) [click](javascript:document.title='taken') [data](data:text/html,<script>1</script>)
        [split](java
        script:alert(1)) <a href="https://attacker.example/" onclick="document.title='taken'">here</a>
        [quote](https://attacker.example/"onmouseover="document.title='taken')

        ```html"><img src=x onerror=alert(1)>
        </code></pre><script>document.title = "taken"</script>
        ```

        | <b>a</b> |
        |---|
        | <script>document.title = "taken"</script> |

        # <script>document.title = "taken"</script>
        """;

    [SkippableFact]
    public async Task Markup_in_an_answer_its_reasoning_and_the_question_is_inert()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Reasoning(Attack).Content(Attack).Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await Expect(tab.Page).ToHaveTitleAsync("scripted · OrleansInference");
        await tab.AskAsync(Attack);
        await tab.EndedAsync();
        await tab.Reasoning.Locator("summary").ClickAsync();

        await Expect(tab.Turns.Locator("script, img, iframe, style, object, embed, form, :scope .prose svg:not(.icon)")).ToHaveCountAsync(0);
        await Expect(tab.Content).ToContainTextAsync("<script>document.title = \"taken\"</script>");
        await Expect(tab.Page).ToHaveTitleAsync("scripted · OrleansInference");
        string[] handlers = await tab.Turns.EvaluateAllAsync<string[]>("""
            (turns) => turns.flatMap((turn) => [...turn.querySelectorAll("*")]).flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith("on") || name === "style")
            """);
        Assert.Empty(handlers);
    }

    [SkippableFact]
    public async Task Links_lead_only_to_the_web_and_reveal_nothing_of_the_page()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Content(Attack, "\n\n<https://a.example> mailto: [m](mailto:a@b.example) http://b.example/c.").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Links, please.");
        await tab.EndedAsync();

        ILocator links = tab.Content.Locator("a");
        string[] addresses = await links.EvaluateAllAsync<string[]>("(links) => links.map((link) => link.getAttribute('href'))");
        Assert.Contains("https://a.example", addresses);
        Assert.Contains("mailto:a@b.example", addresses);
        Assert.Contains("http://b.example/c", addresses);
        Assert.All(addresses, address => Assert.Matches("^(https?://|mailto:)", address));
        string[] relations = await links.EvaluateAllAsync<string[]>("(links) => links.map((link) => `${link.rel} ${link.target}`)");
        Assert.All(relations, relation => Assert.Equal("noopener noreferrer nofollow _blank", relation));
    }
}
