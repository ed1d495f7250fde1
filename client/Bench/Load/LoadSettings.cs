using OrleansInference.Cli.Connection;

namespace OrleansInference.Bench.Load;

/// <summary>Settings of a run of the load generator.</summary>
internal sealed record LoadSettings
{
    public required Uri Url { get; init; }

    /// <summary>Certificates of the connections.</summary>
    public ServerConnection Connection { get; init; } = ServerConnection.Default;

    /// <summary>Name of the model; null selects the first one that the server lists.</summary>
    public string? Model { get; init; }

    /// <summary>Closed loop: number of open requests at any time, for each tenant.</summary>
    public int[] Streams { get; init; } = [1];

    /// <summary>Open loop: requests a second of all tenants together; null selects the closed loop.</summary>
    public double? Rate { get; init; }

    public int PromptTokens { get; init; } = 512;

    public int GenerateTokens { get; init; } = 128;

    /// <summary>Bearer key of each tenant; null for none.</summary>
    public string?[] Keys { get; init; } = [null];

    /// <summary>Duration of the measurement, without warm-up and drain.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time after which a request has failed.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(10);

    public double Temperature { get; init; }

    /// <summary>Whether to use chat completions even if the server accepts completions.</summary>
    public bool Chat { get; init; }

    /// <summary>Turns of each conversation, each with the earlier turns in its prompt; 1: no conversations.</summary>
    public int Turns { get; init; } = 1;

    /// <summary>Tokens of the prompts that arrive in addition to the streams; 0: none.</summary>
    public int ArrivalTokens { get; init; }

    /// <summary>Interval between those arrivals.</summary>
    public TimeSpan ArrivalInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether prompts and answers have random lengths, up to the given ones.</summary>
    public bool Vary { get; init; }

    /// <summary>Fraction of the requests that are cancelled at a random moment. 0 … 1.</summary>
    public double CancelShare { get; init; }

    /// <summary>Whether to report the tokens of each tenant in any second.</summary>
    public bool Seconds { get; init; }

    /// <summary>Number of busy loops for a second measurement; 0: no second measurement.</summary>
    public int BusyLoops { get; init; }

    /// <summary>Computing threads of the server, which determine its fair share beside the loops.</summary>
    public int ServerThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seed of prompts and arrivals.</summary>
    public int Seed { get; init; }
}
