namespace OrleansInference.Bench.Fuzz;

/// <summary>Settings of a run of <see cref="FuzzDriver"/>.</summary>
internal sealed record FuzzSettings
{
    /// <summary>Address of the server; only HTTP without TLS.</summary>
    public required Uri Url { get; init; }

    /// <summary>Key of a cluster administrator. The run creates its other keys with it.</summary>
    public required string AdminKey { get; init; }

    /// <summary>Seed of all requests. The ids that the server chooses differ from run to run.</summary>
    public int Seed { get; init; }

    /// <summary>Duration of the run.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Number of requests after which the run ends before its duration.</summary>
    public int MaxRequests { get; init; } = int.MaxValue;

    /// <summary>Requests in flight.</summary>
    public int Streams { get; init; } = 4;

    /// <summary>Time within which an answer must have ended.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Growth of the resident memory after warm-up that counts as a failure, in megabytes.</summary>
    public double MaxGrowth { get; init; } = 512;
}
