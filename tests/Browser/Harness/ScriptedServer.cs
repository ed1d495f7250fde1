using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansInference.Api.Web;

namespace OrleansInference.Browser.Harness;

/// <summary>The chat page over an API that says exactly what a test wants, when it wants: also what the real one must never say.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Reply> _replies = new();
    private readonly ConcurrentQueue<JsonObject> _requests = new();
    private readonly TaskCompletionSource _disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ScriptedServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.MapChatPage();
        _application.MapGet("/health", () => Healthy ? Results.Ok() : Results.Json(new { status = "unavailable", reason = "The model is loading." }, statusCode: 503));
        _application.MapGet("/v1/models", () => new { data = new[] { new { id = "scripted" } } });
        _application.MapPost("/v1/chat/completions", AnswerAsync);
    }

    public Uri Address { get; private set; } = null!;

    public bool Healthy { get; set; } = true;

    /// <summary>The bodies of the chat requests so far.</summary>
    public IReadOnlyList<JsonObject> Requests => [.. _requests];

    /// <summary>Ends when a client has gone away before its answer ended.</summary>
    public Task Disconnected => _disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public static async Task<ScriptedServer> StartAsync(params Reply[] replies)
    {
        ScriptedServer server = new();
        foreach (Reply reply in replies)
            server._replies.Enqueue(reply);
        await server._application.StartAsync();
        server.Address = new Uri(server._application.Urls.Single());
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue((await JsonNode.ParseAsync(context.Request.Body))!.AsObject());
        Reply reply = _replies.TryDequeue(out Reply? scripted) ? scripted : new Reply().Refuse(500, "The script has no further reply.", "script_ended");
        try
        {
            await reply.PlayAsync(new ChatExchange(context));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            _disconnected.TrySetResult();
        }
    }
}
