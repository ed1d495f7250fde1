using Microsoft.Net.Http.Headers;

namespace OrleansInference.Api.Access;

/// <summary>
/// Security headers of every response, errors included. They are those of an API: nothing in a response is a document, and no cache keeps it. The chat page replaces
/// two of them by its own.
/// </summary>
internal sealed class SecurityHeadersMiddleware(RequestDelegate next)
{
    private const string OfData = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    // The dashboard's scripts set styles on its elements.
    private const string OfDashboard =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

    // One year. Browsers do not connect to this name without TLS until then.
    private const string TlsOnly = "max-age=31536000";

    public Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = AdminPaths.IsDashboard(context.Request.Path) ? OfDashboard : OfData;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // Not for loopback names, which other programs of the machine share.
        if (context.Request.IsHttps && !RequestHost.IsLoopback(context.Request.Host))
            headers[HeaderNames.StrictTransportSecurity] = TlsOnly;
        return next(context);
    }
}
