using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;

namespace OrleansInference.Api.Web;

/// <summary>Chat page at <c>/</c>: static files from the assembly, which use only the API of the same origin.</summary>
public static class ChatPage
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the page and its files. Addresses in the page are relative, so it also works under a path prefix.</summary>
    public static IEndpointRouteBuilder MapChatPage(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        IReadOnlyList<WebAsset> assets = WebAsset.LoadAll();
        string policy = ContentSecurityPolicy(assets.Single(asset => asset.Route == "/"));
        foreach (WebAsset asset in assets)
            endpoints.MapMethods(asset.Route, Methods, (HttpContext context) => Send(context, asset, policy)).ExcludeFromDescription();
        return endpoints;
    }

    /// <summary>
    /// Content security policy: every file is loaded from this origin, and scripts create every element from text, so markup in an answer cannot run.
    /// The only inline script is the page's own, which the policy names by the SHA-256 of the text between its tags (Content Security Policy Level 3).
    /// </summary>
    private static string ContentSecurityPolicy(WebAsset page)
    {
        ReadOnlySpan<byte> script = page.Content;
        script = script[(script.IndexOf("<script>"u8) + "<script>".Length)..];
        string hash = Convert.ToBase64String(SHA256.HashData(script[..script.IndexOf("</script>"u8)]));
        return $"default-src 'none'; script-src 'self' 'sha256-{hash}'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
    }

    private static FileContentHttpResult Send(HttpContext context, WebAsset asset, string policy)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return TypedResults.Bytes(asset.Content, asset.ContentType, entityTag: asset.EntityTag);
    }
}
