namespace OrleansInference.Api.Access;

/// <summary>Sender of a request.</summary>
/// <param name="Tenant">Tenant of the request's key.</param>
/// <param name="MaxPriority">The highest priority that the request may have.</param>
internal sealed record Caller(string Tenant, int MaxPriority)
{
    private static readonly object Key = new();
    private static readonly Caller Anonymous = new("default", ApiKey.HighestPriority);

    public static Caller Of(HttpContext context) => context.Items[Key] as Caller ?? Anonymous;

    public static void Set(HttpContext context, Caller caller) => context.Items[Key] = caller;
}
