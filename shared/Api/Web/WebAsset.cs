using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace OrleansInference.Api.Web;

/// <summary>File of the chat page, read once from the assembly's resources.</summary>
/// <param name="Route">Path that serves it.</param>
/// <param name="EntityTag">Identifies the content, so that browsers can revalidate it instead of loading it again.</param>
internal sealed record WebAsset(string Route, string ContentType, byte[] Content, EntityTagHeaderValue EntityTag)
{
    private const string ResourcePrefix = "Web/Page/";
    private const string IndexFile = "index.html";

    public static IReadOnlyList<WebAsset> LoadAll()
    {
        Assembly assembly = typeof(WebAsset).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.Replace('\\', '/').StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name => Load(assembly, name))];
    }

    private static WebAsset Load(Assembly assembly, string resourceName)
    {
        using Stream stream = assembly.GetManifestResourceStream(resourceName)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        string path = resourceName.Replace('\\', '/')[ResourcePrefix.Length..];
        string tag = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12));
        return new WebAsset(path == IndexFile ? "/" : "/" + path, ContentTypeOf(path), content, new EntityTagHeaderValue($"\"{tag}\""));
    }

    private static string ContentTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        string extension => throw new NotSupportedException($"The chat page has no content type for '{extension}' files."),
    };
}
