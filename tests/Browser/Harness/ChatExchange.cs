using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansInference.Browser.Harness;

/// <summary>One chat request at the scripted server and the answer to it.</summary>
internal sealed class ChatExchange(HttpContext context)
{
    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>Sends one event: an object as JSON, a string as it is.</summary>
    public async Task SendAsync(object payload)
    {
        HttpResponse response = context.Response;
        if (!response.HasStarted)
            response.ContentType = "text/event-stream";
        string data = payload as string ?? JsonSerializer.Serialize(payload);
        await response.WriteAsync($"data: {data}\n\n", Aborted);
        await response.Body.FlushAsync(Aborted);
    }

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
}
