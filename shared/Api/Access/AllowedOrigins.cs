using System.Globalization;
using OrleansInference.Models;

namespace OrleansInference.Api.Access;

/// <summary>Origins of web pages that may use the API, in addition to the server's own. Administration is not part of it. The properties are named like the node's settings.</summary>
public sealed record AllowedOrigins
{
    private const string Every = "*";

    /// <summary>Exact origins such as <c>https://chat.example.com</c>, or only <c>*</c> for all.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>Whether browsers may send cookies and client certificates with the requests of these pages.</summary>
    public bool CorsCredentials { get; init; }

    public bool IsEmpty => CorsOrigins.Count == 0;

    internal bool IsEvery => CorsOrigins is [Every];

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, the origin and the expected form.</exception>
    public void Validate()
    {
        foreach (string origin in CorsOrigins.Where(static origin => origin != Every))
        {
            string? expected = Canonical(origin);
            if (origin != expected)
            {
                string form = expected ?? "one such as https://chat.example.com or http://localhost:3000: a scheme and a host, without a path";
                Refuse($"{nameof(CorsOrigins)} has '{origin}', which no browser sends as an origin; expected {form}.");
            }
        }

        if (CorsOrigins.Count > 1 && CorsOrigins.Contains(Every))
            Refuse($"{nameof(CorsOrigins)} has '{Every}' among other origins; expected it alone, or without it.");
        if (IsEvery && CorsCredentials)
            Refuse($"{nameof(CorsOrigins)} is '{Every}' with {nameof(CorsCredentials)}; expected a list of origins, since any page could then act for the browser's user.");
    }

    internal bool Contains(string origin) => IsEvery || CorsOrigins.Contains(origin, StringComparer.Ordinal);

    /// <summary>Returns the form in which a browser sends the origin; null if the text is none.</summary>
    private static string? Canonical(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && text.Contains(Uri.SchemeDelimiter, StringComparison.Ordinal) && uri is { Host.Length: > 0, UserInfo.Length: 0, PathAndQuery: "/" or "", Fragment.Length: 0 }
            ? string.Create(CultureInfo.InvariantCulture, $"{uri.Scheme}://{HostOf(uri)}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}")
            : null;

    private static string HostOf(Uri uri) => uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;

    private static void Refuse(string message) => InferenceException.Throw(ErrorCode.InvalidOption, message, nameof(CorsOrigins));
}
