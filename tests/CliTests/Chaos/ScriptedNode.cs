using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansInference.CliTests.Chaos;

/// <summary>A node that answers completions with the bodies that it is given, one after the other, whole or cut off.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<(int Status, string Body)> _answers;

    private ScriptedNode(WebApplication application, IEnumerable<(int Status, string Body)> answers)
    {
        _application = application;
        _answers = new ConcurrentQueue<(int Status, string Body)>(answers);
    }

    public string Url => _application.Urls.First();

    /// <summary>The header of each request; empty where there was none.</summary>
    public ConcurrentQueue<string> LastEventIds { get; } = [];

    /// <summary>A body with this at its end is followed by nothing: the connection stays open.</summary>
    public const string Silence = "(silence)";

    /// <summary>Before it nothing is sent for a tenth of a second.</summary>
    public const string Comment = ": keep-alive\n\n";

    public static async Task<ScriptedNode> StartAsync(params (int Status, string Body)[] answers)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication application = builder.Build();
        ScriptedNode node = new(application, answers);
        application.MapPost("/v1/completions", node.AnswerAsync);
        await application.StartAsync();
        return node;
    }

    /// <summary>An event as nodes write it.</summary>
    public static string Event(int number, string token) =>
        $"id: r.1:{number}\ndata: {{\"choices\":[{{\"index\":0,\"text\":\"{token}\",\"logprobs\":{{\"tokens\":[\"{token}\"],\"token_logprobs\":[-0.{number}]}}}}]}}\n\n";

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        LastEventIds.Enqueue(context.Request.Headers["Last-Event-ID"].ToString());
        if (!_answers.TryDequeue(out (int Status, string Body) answer))
        {
            answer = (StatusCodes.Status503ServiceUnavailable, string.Empty);
        }

        context.Response.StatusCode = answer.Status;
        string[] parts = answer.Body.Replace(Silence, string.Empty, StringComparison.Ordinal).Split(Comment);
        await context.Response.WriteAsync(parts[0]);
        foreach (string part in parts.Skip(1))
        {
            await context.Response.Body.FlushAsync();
            await Task.Delay(100, context.RequestAborted);
            await context.Response.WriteAsync(Comment + part);
        }

        if (answer.Body.EndsWith(Silence, StringComparison.Ordinal))
        {
            await context.Response.Body.FlushAsync();
            await Task.WhenAny(Task.Delay(Timeout.Infinite, context.RequestAborted));
        }
    }
}
