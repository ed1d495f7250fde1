using OrleansInference.Engine.KvCache;

namespace OrleansInference.Simulation.Scale;

/// <summary>Figures of one pipeline.</summary>
internal sealed class PipelineFigures
{
    public LatencyHistogram FirstToken { get; } = new();

    public LatencyHistogram InterToken { get; } = new();

    /// <summary>Number of generated tokens.</summary>
    public long Tokens { get; set; }

    /// <summary>Number of prompt tokens of the requests that received their first token.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Number of those found in the prefix cache.</summary>
    public long CachedTokens { get; set; }

    public long Steps { get; set; }

    /// <summary>Seconds of this machine for the whole simulation of the pipeline.</summary>
    public double RouterSeconds { get; set; }

    /// <summary>Fraction of the time in which each stage was busy.</summary>
    public double[] Busy { get; set; } = [];

    public PageStatistics Pages { get; set; }

    /// <summary>Number of computed tokens of each sequence that runs at the end.</summary>
    public int[] Running { get; set; } = [];

    public int Waiting { get; set; }

    public int Sessions { get; set; }
}
