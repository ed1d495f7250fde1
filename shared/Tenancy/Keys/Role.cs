namespace OrleansInference.Tenancy.Keys;

/// <summary>What the holder of a key is for.</summary>
public enum Role
{
    /// <summary>Uses the models.</summary>
    User,

    /// <summary>Reads usage and audit lines of the tenant, and changes nothing.</summary>
    Auditor,

    /// <summary>Uses the models, and administers the tenant.</summary>
    TenantAdmin,

    /// <summary>Administers the cluster and all tenants.</summary>
    ClusterAdmin,
}

/// <summary>Single rights, of which a role is a set.</summary>
[Flags]
public enum Rights
{
    None = 0,

    /// <summary>Send prompts, and read one's own conversations.</summary>
    Generate = 1,

    /// <summary>Read the usage and the audit lines of the tenant.</summary>
    ReadUsage = 2,

    /// <summary>Create, change and revoke keys of the tenant, and read and delete its conversations.</summary>
    ManageTenant = 4,

    /// <summary>Create and change tenants, drain nodes.</summary>
    ManageCluster = 8,

    /// <summary>Read the version, the description of the API and the metrics, none of which belongs to a tenant.</summary>
    ReadStatus = 16,
}

/// <summary>The rights of the roles.</summary>
public static class Roles
{
    private const Rights All = Rights.Generate | Rights.ReadUsage | Rights.ManageTenant | Rights.ManageCluster | Rights.ReadStatus;

    // In the order of the roles.
    private static readonly string[] RoleNames = ["user", "auditor", "tenant-admin", "cluster-admin"];

    private static readonly (Rights Right, string Name)[] RightNames =
    [
        (Rights.Generate, "generate"), (Rights.ReadUsage, "read-usage"), (Rights.ManageTenant, "manage-tenant"), (Rights.ManageCluster, "manage-cluster"), (Rights.ReadStatus, "read-status"),
    ];

    /// <summary>Names of all roles, as in commands and documents.</summary>
    public static IReadOnlyList<string> Names => RoleNames;

    /// <summary>Names of all single rights, as in the scopes of a key.</summary>
    public static IReadOnlyList<string> Scopes { get; } = [.. RightNames.Select(static right => right.Name)];

    public static Rights RightsOf(Role role) => role switch
    {
        Role.User => Rights.Generate | Rights.ReadStatus,
        Role.Auditor => Rights.ReadUsage | Rights.ReadStatus,
        Role.TenantAdmin => Rights.Generate | Rights.ReadStatus | Rights.ReadUsage | Rights.ManageTenant,
        Role.ClusterAdmin => All,
        _ => Rights.None,
    };

    public static string NameOf(Role role) => RoleNames[(int)role];

    /// <returns>The role; null if no role has the name.</returns>
    public static Role? Find(string name) => Array.IndexOf(RoleNames, name) is var index and >= 0 ? (Role)index : null;

    /// <returns>Names of the single rights.</returns>
    public static IEnumerable<string> NamesOf(Rights rights) => RightNames.Where(right => rights.HasFlag(right.Right)).Select(static right => right.Name);

    /// <returns>The single right; null if none has the name.</returns>
    public static Rights? FindRight(string name) => RightNames.Where(right => right.Name == name).Select(static right => (Rights?)right.Right).FirstOrDefault();
}
