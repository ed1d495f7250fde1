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

    /// <summary>Create and change tenants, read the metrics, drain nodes.</summary>
    ManageCluster = 8,
}

/// <summary>The rights of the roles.</summary>
public static class Roles
{
    // In the order of the roles.
    private static readonly string[] Names = ["user", "auditor", "tenant-admin", "cluster-admin"];

    /// <summary>Names of all roles, as in commands and documents.</summary>
    public static IReadOnlyList<string> All => Names;

    public static Rights RightsOf(Role role) => role switch
    {
        Role.User => Rights.Generate,
        Role.Auditor => Rights.ReadUsage,
        Role.TenantAdmin => Rights.Generate | Rights.ReadUsage | Rights.ManageTenant,
        Role.ClusterAdmin => Rights.Generate | Rights.ReadUsage | Rights.ManageTenant | Rights.ManageCluster,
        _ => Rights.None,
    };

    public static string NameOf(Role role) => Names[(int)role];

    /// <returns>The role; null if no role has the name.</returns>
    public static Role? Find(string name) => Array.IndexOf(Names, name) is var index and >= 0 ? (Role)index : null;
}
