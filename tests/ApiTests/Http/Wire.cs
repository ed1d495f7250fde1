using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansInference.ApiTests.Http;

/// <summary>Plain HTTP, for what no client library would send or show.</summary>
internal static class Wire
{
    public const string Chat = "/v1/chat/completions";
    public const string Completions = "/v1/completions";

    public static Task<HttpResponseMessage> SendAsync(this ApiFixture api, string path, string json) =>
        api.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Posts and expects success.</summary>
    public static async Task<JsonElement> PostAsync(this ApiFixture api, string path, string json)
    {
        using HttpResponseMessage response = await api.SendAsync(path, json);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonElement.Parse(text);
    }

    /// <summary>Posts and expects an error of OpenAI's shape.</summary>
    public static async Task<JsonElement> PostErrorAsync(this ApiFixture api, string path, string json, HttpStatusCode expected)
    {
        using HttpResponseMessage response = await api.SendAsync(path, json);
        return await ErrorAsync(response, expected, json);
    }

    public static async Task<JsonElement> ErrorAsync(HttpResponseMessage response, HttpStatusCode expected, string what = "")
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{what} gave {(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        JsonElement error = JsonElement.Parse(text).GetProperty("error");
        Assert.Equal(["code", "message", "param", "type"], error.EnumerateObject().Select(member => member.Name).Order());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        return error;
    }

    /// <summary>Posts and returns the whole body of the stream.</summary>
    public static async Task<string> StreamAsync(this ApiFixture api, string path, string json)
    {
        using HttpResponseMessage response = await api.SendAsync(path, json);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>The JSON of all chunks before <c>[DONE]</c>, which must be there.</summary>
    public static JsonElement[] Chunks(string stream)
    {
        Assert.EndsWith("\n\ndata: [DONE]\n\n", stream, StringComparison.Ordinal);
        string[] events = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events, one => Assert.StartsWith("data: ", one, StringComparison.Ordinal));
        return [.. events[..^1].Select(one => JsonElement.Parse(one["data: ".Length..]))];
    }

    public static string Ask(string fields = "", string question = "say tea") =>
        $$"""{"model":"scripted","messages":[{"role":"user","content":"{{question}}"}]{{(fields.Length > 0 ? "," + fields : "")}}}""";

    public static string Complete(string fields = "", string prompt = "\"tea\"") =>
        $$"""{"model":"scripted","prompt":{{prompt}}{{(fields.Length > 0 ? "," + fields : "")}}}""";
}
