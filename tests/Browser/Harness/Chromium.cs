using Microsoft.Playwright;

namespace OrleansInference.Browser.Harness;

/// <summary>One Chromium for all tests of the assembly, the one the machine has; absent, the tests are skipped with the reason.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

    // The browser must not speak to anyone but the server under test.
    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Places.FirstOrDefault(File.Exists) is not { } executable)
            return;
        Assertions.SetDefaultExpectTimeout(20_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = executable, Args = Arguments, Headless = true });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens the page of a server in a context of its own: nothing stored, nothing shared.</summary>
    public async Task<ChatTab> OpenAsync(Uri server, ChatTabOptions? options = null)
    {
        Skip.If(_browser is null, $"No Chromium at {string.Join(", ", Places)}.");
        return await ChatTab.OpenAsync(_browser, server, options ?? new ChatTabOptions());
    }
}

[CollectionDefinition(Name)]
public sealed class ChromiumTests : ICollectionFixture<Chromium>
{
    public const string Name = "Chromium";
}
