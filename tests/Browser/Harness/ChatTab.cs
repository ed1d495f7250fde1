using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OrleansInference.Browser.Harness;

/// <summary>The chat page in a tab, as its reader sees it; on closing, it asserts that the page was quiet and stayed at home.</summary>
public sealed class ChatTab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _server;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _complaints = new();

    private ChatTab(IBrowserContext context, IPage page, Uri server)
    {
        _context = context;
        _server = server;
        Page = page;
        page.Request += (_, request) => _requests.Enqueue(request.Url);
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.RequestFailed += (_, request) =>
        {
            // The page's own files: requests to the API fail on purpose in some tests.
            if (request.ResourceType is not "fetch" && !LosesFiles)
                _complaints.Enqueue($"{request.Method} {request.Url} ({request.ResourceType}): {request.Failure}");
        };
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _complaints.Enqueue(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>Whether the test keeps files from the page on purpose.</summary>
    public bool LosesFiles { get; set; }

    public ILocator Prompt => Page.GetByLabel("Message", new PageGetByLabelOptions { Exact = true }).And(Page.Locator("textarea"));

    public ILocator Send => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Send" });

    public ILocator Stop => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Stop", Exact = true });

    public ILocator Turns => Page.Locator(".turn");

    /// <summary>The last answer.</summary>
    public ILocator Answer => Page.Locator(".answer").Last;

    public ILocator Content => Answer.Locator(".content");

    public ILocator Reasoning => Answer.Locator("details.reasoning");

    public ILocator Figures => Answer.Locator(".figures");

    public static async Task<ChatTab> OpenAsync(IBrowser browser, Uri server, ChatTabOptions options)
    {
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = options.Width, Height = options.Height },
            ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = options.Motion,
            HasTouch = options.Touch,
            IsMobile = options.Touch,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(20_000);
        ChatTab tab = new(context, await context.NewPageAsync(), server);
        await tab.Page.GotoAsync(server.AbsoluteUri);
        return tab;
    }

    public async Task AskAsync(string question)
    {
        await Prompt.FillAsync(question);
        await Prompt.PressAsync("Enter");
    }

    /// <summary>Waits for the last answer to have ended, however it did.</summary>
    public Task EndedAsync() => Assertions.Expect(Answer).ToHaveClassAsync(new System.Text.RegularExpressions.Regex(@"\bended\b"));

    /// <summary>Keeps a picture of the page for people, in the folder <c>artifacts</c> beside the test's binaries.</summary>
    public Task PictureAsync(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "artifacts", name + ".png") });

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_complaints);
        Assert.NotEmpty(_requests);
        Assert.All(_requests, url => Assert.Equal(_server.Authority, new Uri(url).Authority));
    }
}
