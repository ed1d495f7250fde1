using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OrleansInference.Browser.Harness;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

[Collection(ChromiumTests.Name)]
public sealed class ConversationTests(Chromium chromium)
{
    [SkippableFact]
    public async Task An_answer_streams_while_it_is_made()
    {
        TaskCompletionSource gate = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Content("Five hundred ").Until(gate.Task).Content("**seventy-nine**").Finish(tokens: 7));
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("What is 123 + 456?");

        await Expect(tab.Content).ToHaveTextAsync("Five hundred");
        await Expect(tab.Answer).ToHaveAttributeAsync("aria-busy", "true");
        await Expect(tab.Stop).ToBeVisibleAsync();
        gate.SetResult();
        await tab.EndedAsync();

        await Expect(tab.Content).ToHaveTextAsync("Five hundred seventy-nine");
        await Expect(tab.Content.Locator("strong")).ToHaveTextAsync("seventy-nine");
        await Expect(tab.Figures).ToContainTextAsync("tokens/s · 7 tokens · first after");
        await Expect(tab.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Answer: Five hundred **seventy-nine**");
        await Expect(tab.Send).ToBeVisibleAsync();
        await Expect(tab.Prompt).ToBeFocusedAsync();
        await Expect(tab.Prompt).ToHaveValueAsync("");
    }

    [SkippableFact]
    public async Task Comments_of_a_stream_are_not_shown()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Comment().Content("Four").Comment().Comment().Content("teen").Comment().Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("7 + 7?");
        await tab.EndedAsync();

        await Expect(tab.Content).ToHaveTextAsync("Fourteen");
    }

    [SkippableFact]
    public async Task The_whole_conversation_is_sent_without_its_reasoning()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Reasoning("two and two").Content("\n\nFour").Finish(), new Reply().Content("Five").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("2 + 2?");
        await tab.EndedAsync();
        await tab.AskAsync("And one more?");
        await Expect(tab.Content).ToHaveTextAsync("Five");

        JsonObject request = server.Requests[1];
        Assert.Equal("scripted", (string?)request["model"]);
        Assert.True((bool)request["stream"]!);
        Assert.True((bool)request["stream_options"]!["include_usage"]!);
        string[] messages = [.. request["messages"]!.AsArray().Select(message => $"{message!["role"]}: {message["content"]}")];
        Assert.Equal(["user: 2 + 2?", "assistant: \n\nFour", "user: And one more?"], messages);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stopping_ends_the_request_and_keeps_the_text(bool byKey)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Content("Half an an").Until(new TaskCompletionSource().Task), new Reply().Content("Whole").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Tell me.");
        await Expect(tab.Content).ToHaveTextAsync("Half an an");

        if (byKey)
            await tab.Page.Keyboard.PressAsync("Escape");
        else
            await tab.Stop.ClickAsync();
        await tab.EndedAsync();
        await server.Disconnected;

        await Expect(tab.Content).ToHaveTextAsync("Half an an");
        await Expect(tab.Answer).ToContainTextAsync("You stopped this answer.");
        await Expect(tab.Prompt).ToBeFocusedAsync();
        await tab.AskAsync("Go on.");
        await Expect(tab.Content).ToHaveTextAsync("Whole");
        Assert.Equal("Half an an", (string?)server.Requests[1]["messages"]![1]!["content"]);
    }

    [SkippableFact]
    public async Task Regenerating_asks_again_in_the_same_place()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Content("First").Finish(), new Reply().Content("Second").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Pick one.");
        await tab.EndedAsync();
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Regenerate answer" }).ClickAsync();

        await Expect(tab.Content).ToHaveTextAsync("Second");
        await Expect(tab.Turns).ToHaveCountAsync(1);
        Assert.Single(server.Requests[1]["messages"]!.AsArray());
    }

    [SkippableFact]
    public async Task Editing_a_message_replaces_it_and_what_followed()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            new Reply().Content("One").Finish(), new Reply().Content("Two").Finish(), new Reply().Content("Three").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("first");
        await tab.EndedAsync();
        await tab.AskAsync("second");
        await Expect(tab.Content).ToHaveTextAsync("Two");
        ILocator edit = tab.Turns.First.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Edit this message" });

        await edit.ClickAsync();
        await Expect(tab.Prompt).ToHaveValueAsync("first");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Cancel" }).ClickAsync();
        await Expect(tab.Turns).ToHaveCountAsync(2);

        await edit.ClickAsync();
        await tab.AskAsync("changed");
        await Expect(tab.Content).ToHaveTextAsync("Three");
        await Expect(tab.Turns).ToHaveCountAsync(1);
        Assert.Equal("changed", (string?)server.Requests[2]["messages"]!.AsArray().Single()!["content"]);
    }

    [SkippableFact]
    public async Task A_reload_loses_nothing_and_a_new_chat_forgets()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Reasoning("hm").Content("Kept *well*").Finish(tokens: 5));
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Stay.");
        await tab.EndedAsync();
        await tab.Page.ReloadAsync();

        await Expect(tab.Content).ToHaveTextAsync("Kept well");
        await Expect(tab.Figures).ToContainTextAsync("5 tokens");
        await Expect(tab.Reasoning).ToBeVisibleAsync();
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "New chat" }).ClickAsync();
        await Expect(tab.Turns).ToHaveCountAsync(0);
        await tab.Page.ReloadAsync();
        await Expect(tab.Page.GetByText("What shall we work out?")).ToBeVisibleAsync();
    }

    [SkippableFact]
    public async Task Settings_go_with_every_request_and_survive_a_reload()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(new Reply().Content("ok").Finish(), new Reply().Content("ok").Finish());
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        ILocator dialog = tab.Page.GetByRole(AriaRole.Dialog, new PageGetByRoleOptions { Name = "Settings" });
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Settings" }).ClickAsync();
        await dialog.GetByLabel("System prompt").FillAsync("Be brief.");
        await dialog.GetByLabel("Temperature", new LocatorGetByLabelOptions { Exact = true }).FillAsync("0");
        await dialog.GetByLabel("Top p, slider").FillAsync("0.9");
        await dialog.GetByLabel("Longest answer").FillAsync("64");
        await dialog.GetByLabel("Seed").FillAsync("-1");
        await dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Done" }).ClickAsync();
        await tab.Page.ReloadAsync();
        await tab.AskAsync("Hello");
        await tab.EndedAsync();

        JsonObject request = server.Requests[0];
        Assert.Equal("""{"role":"system","content":"Be brief."}""", request["messages"]![0]!.ToJsonString());
        Assert.Equal("0 0.9 64", $"{request["temperature"]} {request["top_p"]} {request["max_tokens"]}");
        Assert.False(request.ContainsKey("seed"), "A value out of its range is not taken.");
        Assert.False(request.ContainsKey("system"));
    }
}
