namespace OrleansInference.Api.Access;

/// <summary>Who sends a request.</summary>
/// <param name="Tenant">The tenant that the request's key stands for.</param>
/// <param name="MaxPriority">The highest priority that the request may have.</param>
internal sealed record Caller(string Tenant, int MaxPriority)
{
    private static readonly object Key = new();
    private static readonly Caller Anybody = new("default", ApiKey.HighestPriority);

    public static Caller Of(HttpContext context) => context.Items[Key] as Caller ?? Anybody;

    public static void Set(HttpContext context, Caller caller) => context.Items[Key] = caller;
}
