namespace OrleansInference.Bench.Tenants;

/// <summary>Settings of a load of conversations of several tenants.</summary>
internal sealed record TenantsSettings
{
    public required int Tenants { get; init; }

    /// <summary>Keys of each tenant.</summary>
    public int KeysPerTenant { get; init; } = 2;

    /// <summary>Conversations at any time.</summary>
    public required int Conversations { get; init; }

    /// <summary>Number of different conversations; their transcripts are recorded without a disturbance.</summary>
    public int Scripts { get; init; } = 24;

    /// <summary>Turns of each conversation.</summary>
    public int Turns { get; init; } = 3;

    /// <summary>Tokens of an answer, at most.</summary>
    public int GenerateTokens { get; init; } = 60;

    /// <summary>Time of the load. It lasts longer until <see cref="Kills"/> nodes were killed.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Nodes to kill at least.</summary>
    public int Kills { get; init; } = 1;

    /// <summary>Time from the recovery of the cluster to the next kill of a node.</summary>
    public TimeSpan Between { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Percentage of the connections that the client drops.</summary>
    public int DropPercent { get; init; } = 25;

    /// <summary>Seed of everything that is random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Name of the model in requests.</summary>
    public string Model { get; init; } = string.Empty;

    /// <summary>Number of stages of a whole cluster.</summary>
    public required int Stages { get; init; }
}
