namespace OrleansInference.Api.Access;

/// <summary>Whether a request comes from a program on this machine, which counts as its administrator where no key is set.</summary>
public static class LocalCaller
{
    // What proxies add. Those that are configured have been read by then, and their X-Forwarded-For is gone; what is left says that somebody else is behind the connection.
    private static readonly string[] ProxyHeaders = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host", "X-Forwarded-Proto"];

    /// <summary>The connection comes from loopback, no proxy passed the request on, and it was sent to a loopback address or name.</summary>
    public static bool IsLocal(HttpContext context) => context.Connection.RemoteIpAddress is { } address && RequestHost.IsLoopback(address)
        && !ProxyHeaders.Any(context.Request.Headers.ContainsKey) && RequestHost.IsLoopback(context.Request.Host);
}
