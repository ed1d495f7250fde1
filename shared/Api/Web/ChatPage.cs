using Microsoft.AspNetCore.Http.HttpResults;

namespace OrleansInference.Api.Web;

/// <summary>Chat page at <c>/</c>: static files from the assembly, which use only the API of the same origin.</summary>
public static class ChatPage
{
    /// <summary>Content security policy: every file is loaded from this origin, and scripts create every element from text, so markup in an answer cannot run.</summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the page and its files. Addresses in the page are relative, so it also works under a path prefix.</summary>
    public static IEndpointRouteBuilder MapChatPage(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        foreach (WebAsset asset in WebAsset.LoadAll())
            endpoints.MapMethods(asset.Route, Methods, (HttpContext context) => Send(context, asset)).ExcludeFromDescription();
        return endpoints;
    }

    private static FileContentHttpResult Send(HttpContext context, WebAsset asset)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return TypedResults.Bytes(asset.Content, asset.ContentType, entityTag: asset.EntityTag);
    }
}
