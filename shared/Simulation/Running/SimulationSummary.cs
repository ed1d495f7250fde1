namespace OrleansInference.Simulation.Running;

/// <summary>Result of a range of seeds.</summary>
public sealed record SimulationSummary
{
    public long Seeds { get; init; }

    /// <summary>Number of events: messages that arrived, ticks, faults.</summary>
    public long Events { get; init; }

    /// <summary>Number of faults and of messages that never arrived.</summary>
    public long Faults { get; init; }

    /// <summary>Number of tokens that reached clients.</summary>
    public long Tokens { get; init; }

    /// <summary>Number of plan changes without a loss, with live migration of pages.</summary>
    public long Migrations { get; init; }

    /// <summary>Number of losses after which a warm spare took over.</summary>
    public long SpareSwitches { get; init; }

    /// <summary>Number of times that a device had no room for assigned layers.</summary>
    public long LoadsRefused { get; init; }

    /// <summary>Number of devices that changed their pipeline.</summary>
    public long DeviceMoves { get; init; }

    /// <summary>Number of sessions that changed their pipeline.</summary>
    public long SessionMoves { get; init; }

    /// <summary>Number of sequences restored from a journal, by prefix replay and by full replay.</summary>
    public IReadOnlyList<long> Recovered { get; init; } = [0, 0, 0];

    /// <summary>Virtual time of all runs.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>Seeds whose run violated an invariant, lowest first, each with the violation.</summary>
    public IReadOnlyList<(ulong Seed, string Violation)> Violations { get; init; } = [];
}
