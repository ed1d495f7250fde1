using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansInference.Browser.Harness;

/// <summary>One chat request at the scripted server and the answer to it.</summary>
internal sealed class ChatExchange(HttpContext context)
{
    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>Sends one event: an object as JSON, a string as it is.</summary>
    public Task SendAsync(object payload) => WriteAsync($"data: {payload as string ?? JsonSerializer.Serialize(payload)}\n\n");

    public Task CommentAsync() => WriteAsync(": keep-alive\n\n");

    public async Task RefuseAsync(int status, string message, string code)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new { error = new { message, type = "invalid_request_error", code, param = (string?)null } }, Aborted);
    }

    public Task BreakAsync()
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private async Task WriteAsync(string text)
    {
        HttpResponse response = context.Response;
        if (!response.HasStarted)
            response.ContentType = "text/event-stream";
        await response.WriteAsync(text, Aborted);
        await response.Body.FlushAsync(Aborted);
    }
}
