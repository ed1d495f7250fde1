namespace OrleansInference.Api.Access;

/// <summary>Who sends a request.</summary>
internal static class Caller
{
    private const string Anybody = "default";

    private static readonly object Key = new();

    /// <summary>The tenant that the request's key stands for.</summary>
    public static string Tenant(HttpContext context) => context.Items[Key] as string ?? Anybody;

    public static void SetTenant(HttpContext context, string tenant) => context.Items[Key] = tenant;
}
