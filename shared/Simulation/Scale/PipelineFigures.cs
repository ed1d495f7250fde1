using OrleansInference.Engine.KvCache;

namespace OrleansInference.Simulation.Scale;

/// <summary>What came of one pipeline.</summary>
internal sealed class PipelineFigures
{
    public LatencyHistogram FirstToken { get; } = new();

    public LatencyHistogram InterToken { get; } = new();

    /// <summary>Generated.</summary>
    public long Tokens { get; set; }

    /// <summary>Of the requests that got their first token.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Of these, found in the prefix cache.</summary>
    public long CachedTokens { get; set; }

    public long Steps { get; set; }

    /// <summary>Of this machine, for all that happened.</summary>
    public double RouterSeconds { get; set; }

    /// <summary>Part of the time that each stage was busy.</summary>
    public double[] Busy { get; set; } = [];

    public PageStatistics Pages { get; set; }

    /// <summary>Tokens computed of each sequence that runs in the end.</summary>
    public int[] Running { get; set; } = [];

    public int Waiting { get; set; }

    public int Sessions { get; set; }
}
