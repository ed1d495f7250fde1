using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansInference.ApiTests.Access;

/// <summary>Requests to a server with a key or token, for tests of access.</summary>
internal static class AccessApi
{
    public static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(this ApiFixture api, HttpMethod method, string path, string? key = null, string? body = null, string header = "Authorization")
    {
        using HttpRequestMessage request = new(method, path);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation(header, header == "Authorization" ? $"Bearer {key}" : key);
        }

        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.StartsWith('{') ? JsonElement.Parse(text) : default);
    }

    /// <summary>Creates a tenant.</summary>
    public static async Task CreateTenantAsync(this ApiFixture api, string name, string? key = null, string limits = "{}") =>
        Assert.Equal(HttpStatusCode.Created, (await api.SendAsync(HttpMethod.Post, "/admin/tenants", key, $$"""{"name":"{{name}}","limits":{{limits}}}""")).Status);

    /// <summary>Creates a key.</summary>
    /// <returns>Its id and its text.</returns>
    public static async Task<(string Id, string Text)> CreateKeyAsync(this ApiFixture api, string tenant, string? key = null, string role = "user", string fields = "")
    {
        (HttpStatusCode status, JsonElement created) = await api.SendAsync(HttpMethod.Post, "/admin/keys", key, $$"""{"tenant":"{{tenant}}","role":"{{role}}"{{(fields.Length > 0 ? "," + fields : "")}}}""");
        Assert.True(status == HttpStatusCode.Created, created.ToString());
        return (created.GetProperty("id").GetString()!, created.GetProperty("key").GetString()!);
    }

    public static string Message(this JsonElement body) => body.GetProperty("error").GetProperty("message").GetString()!;
}
