using Microsoft.Playwright;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Browser.Harness;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using static Microsoft.Playwright.Assertions;

namespace OrleansInference.Browser;

/// <summary>The page and the real API understand each other.</summary>
[Collection(ChromiumTests.Name)]
public sealed class ServedModelTests(Chromium chromium)
{
    [SkippableFact]
    public async Task A_model_answers_in_the_page()
    {
        await using ScriptedService service = new() { Answer = (_, _) => "<think>\n3 + 6 is 9\n</think>\n\nThe sum is **579**." };
        await using ServedModelServer server = await ServedModelServer.StartAsync(service);
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await Expect(tab.Page.Locator("#health")).ToContainTextAsync("Ready");
        await Expect(tab.Page.GetByLabel("Model")).ToHaveValueAsync("scripted");
        await tab.AskAsync("What is 123 + 456?");
        await tab.EndedAsync();

        await Expect(tab.Content).ToHaveTextAsync("The sum is 579.");
        await Expect(tab.Reasoning).ToContainTextAsync("3 + 6 is 9");
        await Expect(tab.Reasoning.Locator("summary")).ToContainTextAsync("tokens");
        await Expect(tab.Figures).ToContainTextAsync("prompt");
        await Expect(tab.Figures).Not.ToContainTextAsync("≈");
    }

    [SkippableFact]
    public async Task Stopping_abandons_the_generation()
    {
        await using ScriptedService service = new() { Answer = (_, _) => "</think>Word after word", Hold = new TaskCompletionSource() };
        await using ServedModelServer server = await ServedModelServer.StartAsync(service);
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.Page.RunAndWaitForResponseAsync(() => tab.AskAsync("Talk."), "**/v1/chat/completions");
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.EndedAsync();

        await service.Generations.Single().Disposed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(service.Generations.Single().TokensGiven <= 1);
    }

    [SkippableFact]
    public async Task The_servers_refusals_are_shown_in_its_words()
    {
        InferenceException full = new(ErrorCode.Overloaded, "The queue is full: 64 requests wait.") { RetryAfter = TimeSpan.FromSeconds(3) };
        await using ScriptedService service = new() { FailToStart = full };
        await using ServedModelServer server = await ServedModelServer.StartAsync(service);
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Hello?");
        ILocator alert = tab.Page.GetByRole(AriaRole.Alert);
        await Expect(alert).ToContainTextAsync("The queue is full: 64 requests wait.");
        await Expect(alert).ToContainTextAsync("try again in 3 s");

        service.FailToStart = null;
        service.FailAt = (20, new InferenceException(ErrorCode.OutOfMemory, "The device has no memory left for the batch."));
        service.Answer = (_, _) => "<think>x</think>The beginning of a long answer";
        await alert.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(alert).ToContainTextAsync("The device has no memory left for the batch.");
        await Expect(tab.Content).ToContainTextAsync("The");
    }

    [SkippableFact]
    public async Task Every_setting_is_one_that_the_server_honours()
    {
        await using ScriptedService service = new();
        await using ServedModelServer server = await ServedModelServer.StartAsync(service, options => options.ApiKeys.Add(new() { Key = "open sesame" }));
        await using ChatTab tab = await chromium.OpenAsync(server.Address);
        await tab.AskAsync("Hello");
        await Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The API key is missing or wrong");

        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Settings" }).ClickAsync();
        ILocator dialog = tab.Page.GetByRole(AriaRole.Dialog);
        (string Label, string Value)[] settings =
            [("API key", "open sesame"), ("System prompt", "Be brief."), ("Temperature", "0.5"), ("Top p", "0.25"), ("Longest answer", "40"), ("Seed", "7")];
        foreach ((string label, string value) in settings)
            await dialog.GetByLabel(label, new LocatorGetByLabelOptions { Exact = true }).FillAsync(value);
        await dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Done" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Retry" }).ClickAsync();
        await Expect(tab.Content).ToContainTextAsync("I heard Hello");

        GenerationRequest request = service.LastRequest;
        Assert.Equal((0.5f, 0.25f, 7UL, 40), (request.Sampling.Temperature, request.Sampling.TopP, request.Sampling.Seed, request.MaxTokens));
        Assert.StartsWith("[system]Be brief.", ScriptedService.Text.Tokenizer.Decode(request.Prompt.Span, skipSpecialTokens: true), StringComparison.Ordinal);
    }
}
