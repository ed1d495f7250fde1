namespace OrleansInference.Simulation.Running;

/// <summary>What came of a range of seeds.</summary>
public sealed record SimulationSummary
{
    public long Seeds { get; init; }

    /// <summary>Events that happened: messages that arrived, ticks, faults.</summary>
    public long Events { get; init; }

    /// <summary>Faults, and messages that never arrived.</summary>
    public long Faults { get; init; }

    /// <summary>Tokens that reached clients.</summary>
    public long Tokens { get; init; }

    /// <summary>Plans changed without a loss, with live migration of pages.</summary>
    public long Migrations { get; init; }

    /// <summary>Losses after which a warm spare took over.</summary>
    public long SpareSwitches { get; init; }

    /// <summary>Times that a device had no room for layers that it was given.</summary>
    public long LoadsRefused { get; init; }

    /// <summary>Devices that went from one pipeline to another.</summary>
    public long DeviceMoves { get; init; }

    /// <summary>Sessions that went from one pipeline to another.</summary>
    public long SessionMoves { get; init; }

    /// <summary>Sequences brought back from a journal, by prefix replay, by full replay.</summary>
    public IReadOnlyList<long> Recovered { get; init; } = [0, 0, 0];

    /// <summary>Virtual time of all runs.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>Seeds whose run broke an invariant, lowest first, with what it was.</summary>
    public IReadOnlyList<(ulong Seed, string Violation)> Violations { get; init; } = [];
}
