using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Http;

namespace OrleansInference.ApiTests.Responses;

/// <summary>Requests for responses and conversations, as plain HTTP.</summary>
internal static class ResponseWire
{
    public const string Responses = "/v1/responses";
    public const string Conversations = "/v1/conversations";

    public static string Ask(string fields = "", string input = "\"say tea\"") => $$"""{"model":"scripted","input":{{input}}{{(fields.Length > 0 ? "," + fields : "")}}}""";

    public static async Task<JsonElement> GetAsync(this ApiFixture api, string path) => JsonElement.Parse(await TextAsync(api, HttpMethod.Get, path));

    public static async Task<JsonElement> DeleteAsync(this ApiFixture api, string path) => JsonElement.Parse(await TextAsync(api, HttpMethod.Delete, path));

    /// <summary>Sends a request without a body and expects an error.</summary>
    public static async Task<JsonElement> ErrorAsync(this ApiFixture api, HttpMethod method, string path, HttpStatusCode expected, string? key = null)
    {
        using HttpRequestMessage request = new(method, path);
        if (key is not null)
            request.Headers.Authorization = new("Bearer", key);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        return await Wire.ErrorAsync(response, expected, path);
    }

    public static async Task<string> TextAsync(this ApiFixture api, HttpMethod method, string path, string? lastEvent = null)
    {
        using HttpRequestMessage request = new(method, path);
        if (lastEvent is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEvent);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return text;
    }

    /// <summary>Waits until a response has ended.</summary>
    public static async Task<JsonElement> UntilEndedAsync(this ApiFixture api, string id)
    {
        while (true)
        {
            JsonElement response = await api.GetAsync($"{Responses}/{id}");
            if (response.GetProperty("status").GetString() is not ("queued" or "in_progress"))
                return response;
            await Task.Yield();
        }
    }

    public static string Id(this JsonElement element) => element.GetProperty("id").GetString()!;

    public static string Status(this JsonElement element) => element.GetProperty("status").GetString()!;

    /// <summary>Text of the messages of a response.</summary>
    public static string Text(this JsonElement response) => string.Concat(response.GetProperty("output").EnumerateArray()
        .Where(static item => item.GetProperty("type").GetString() == "message").SelectMany(static item => item.GetProperty("content").EnumerateArray()).Select(static part => part.GetProperty("text").GetString()));

    /// <summary>Events of a stream as they were sent.</summary>
    public static string[] Events(string stream) => stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Data of the events of a stream, whose names must be their types.</summary>
    public static JsonElement[] Data(string stream) => [.. Events(stream).Select(static text =>
    {
        string[] lines = text.Split('\n');
        JsonElement data = JsonElement.Parse(lines[^1]["data: ".Length..]);
        Assert.Equal($"event: {data.GetProperty("type").GetString()}", lines[^2]);
        return data;
    })];

    public static string Type(this JsonElement data) => data.GetProperty("type").GetString()!;
}
