namespace OrleansInference.Api.Access;

/// <summary>Paths of administration, which web pages of other origins never use.</summary>
internal static class AdminPaths
{
    private const string Root = "/admin";

    /// <summary>Orleans' dashboard, the only document there that browsers show.</summary>
    private const string Dashboard = "/admin/orleans";

    public static bool Contains(PathString path) => path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase);

    public static bool IsDashboard(PathString path) => path.StartsWithSegments(Dashboard, StringComparison.OrdinalIgnoreCase);
}
