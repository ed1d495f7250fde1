namespace OrleansInference.Api.Access;

/// <summary>Decides whether a request comes from a program on this machine, which counts as an administrator if no key is set.</summary>
public static class LocalCaller
{
    // Headers that proxies add. The configured proxies were evaluated before, and their X-Forwarded-For was removed: a remaining header shows that another machine is behind the connection.
    private static readonly string[] ProxyHeaders = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host", "X-Forwarded-Proto"];

    /// <summary>Returns whether the connection comes from loopback, no proxy forwarded the request, and it was sent to a loopback address or name.</summary>
    public static bool IsLocal(HttpContext context) => context.Connection.RemoteIpAddress is { } address && RequestHost.IsLoopback(address)
        && !ProxyHeaders.Any(context.Request.Headers.ContainsKey) && RequestHost.IsLoopback(context.Request.Host);
}
