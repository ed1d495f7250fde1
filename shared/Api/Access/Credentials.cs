namespace OrleansInference.Api.Access;

/// <summary>Finds the key or token of a request, in the headers that the clients of OpenAI, Anthropic and Azure use.</summary>
internal static class Credentials
{
    /// <summary>How a client sends a key, for messages.</summary>
    public const string Expected = "send it as 'Authorization: Bearer KEY', 'x-api-key: KEY' or 'api-key: KEY'";

    private const string Scheme = "Bearer ";

    private static readonly string[] Headers = ["x-api-key", "api-key"];

    /// <returns>The key or token; null if the request has none.</returns>
    public static string? Read(HttpRequest request)
    {
        string authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && authorization[Scheme.Length..].Trim() is { Length: > 0 } bearer)
        {
            return bearer;
        }

        foreach (string header in Headers)
        {
            if (request.Headers[header].ToString().Trim() is { Length: > 0 } key)
            {
                return key;
            }
        }

        return null;
    }
}
