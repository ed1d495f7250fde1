using System.ComponentModel.DataAnnotations;

namespace OrleansInference.Silo.Benchmarks;

/// <summary>What <c>bench cluster</c> can measure alone.</summary>
internal enum BenchmarkPart
{
    Hops,
    Streams,
    Sessions,
    Storage,
    Directory,
}

/// <summary>Options of <c>bench cluster</c>.</summary>
internal sealed record BenchmarkOptions
{
    [Display(Prompt = "DIR", Description = "Folder of the checkpoint; the demo model by default")]
    public string? Model { get; init; }

    [Display(Prompt = "PART", Description = "Single part to measure: hops, streams, sessions, storage or directory; all by default")]
    public BenchmarkPart? Only { get; init; }

    [Range(1, 64)]
    [Display(Prompt = "N,…", Description = "Numbers of streams, each measured for itself; 1,8 by default")]
    public IReadOnlyList<int> Streams { get; init; } = [1, 8];

    [Range(2, 4096)]
    [Display(Prompt = "N", Description = "Tokens of each stream in a round; 128 by default")]
    public int Generate { get; init; } = 128;

    [Range(1, 1000)]
    [Display(Prompt = "N", Description = "Rounds; 5 by default")]
    public int Rounds { get; init; } = 5;

    [Range(1, 1024)]
    [Display(Prompt = "N", Description = "Threads of each stage; 1 by default")]
    public int Threads { get; init; } = 1;

    [Display(Prompt = "SWITCH", Description = "Links between the nodes: on, which is the default, or off for grain calls alone")]
    public bool Links { get; init; } = true;

    [Range(1, 1_000_000)]
    [Display(Prompt = "N", Description = "Idle sessions; 10000 by default")]
    public int Sessions { get; init; } = 10_000;

    [Range(1, 10_000)]
    [Display(Prompt = "N", Description = "Simulated nodes that announce themselves to the directory; 1000 by default")]
    public int Nodes { get; init; } = 1000;
}
