using Microsoft.Extensions.Primitives;

namespace OrleansInference.Api.Access;

/// <summary>
/// Protects the server against foreign web pages in a user's browser. It refuses a request from another origin that changes state or addresses <c>/admin</c>, and a request that reaches
/// the server under a foreign name. The configured origins may use the API, but not <c>/admin</c>. Programs other than browsers send neither Origin nor Sec-Fetch-Site.
/// </summary>
internal sealed class RequestOriginMiddleware(RequestDelegate next, ServerOptions server)
{
    private const string FetchSite = "Sec-Fetch-Site";

    private readonly bool _onLoopback = RequestHost.IsLoopback(server.Address);

    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool administers = AdminPaths.Contains(request.Path);
        bool guarded = administers || !IsSafe(request.Method);
        bool browser = request.Headers.ContainsKey(FetchSite) || request.Headers.Origin.Count > 0;
        if ((_onLoopback || (guarded && browser)) && !RequestHost.IsKnown(request.Host, server.Hosts))
        {
            throw Refused($"The name '{request.Host.Host}' is not a known name of this server. Use the server's address, or add the name to the setting Hosts.");
        }

        if (guarded && browser && (administers || !IsOfAllowedPage(request)))
        {
            RequireOwnPage(request);
        }

        return next(context);
    }

    private bool IsOfAllowedPage(HttpRequest request) => request.Headers.Origin is [{ } origin] && server.Origins.Contains(origin);

    private void RequireOwnPage(HttpRequest request)
    {
        StringValues site = request.Headers[FetchSite];
        if (site.Count > 0 && site.ToString() is not ("same-origin" or "none"))
        {
            throw Refused("A web page of another origin may not send this request.");
        }

        StringValues origin = request.Headers.Origin;
        if (origin.Count > 0 && !IsOwn(origin.ToString(), request.Host))
        {
            throw Refused($"A web page of the origin '{Requests.JsonText.Shorten(origin.ToString())}' may not send this request. If the server is behind a proxy, add the proxy to the setting Proxies, or its host name to Hosts. CorsOrigins allows other pages.");
        }
    }

    /// <summary>Returns whether an origin is the server's own. The scheme is ignored, because TLS may end at a proxy.</summary>
    private bool IsOwn(string origin, HostString host) => Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
        && ((page.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase) && page.Port == (host.Port ?? DefaultPort(page)))
            || server.Hosts.Any(name => name.Equals(page.Host, StringComparison.OrdinalIgnoreCase)));

    private static int DefaultPort(Uri page) => page.Scheme == Uri.UriSchemeHttps ? 443 : 80;

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private static BadHttpRequestException Refused(string message) => new(message, StatusCodes.Status403Forbidden);
}
