namespace OrleansInference.Bench.Load;

/// <summary>What a run of the load generator asks for.</summary>
internal sealed record LoadSettings
{
    public required Uri Url { get; init; }

    /// <summary>The model's name; null takes the first that the server lists.</summary>
    public string? Model { get; init; }

    /// <summary>Closed loop: requests under way at any time, for each tenant.</summary>
    public int[] Streams { get; init; } = [1];

    /// <summary>Open loop: requests a second of all tenants together; null is the closed loop.</summary>
    public double? Rate { get; init; }

    public int PromptTokens { get; init; } = 512;

    public int GenerateTokens { get; init; } = 128;

    /// <summary>One bearer key for each tenant; null stands for none.</summary>
    public string?[] Keys { get; init; } = [null];

    /// <summary>How long is measured, warm-up and drain apart.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A request that takes longer has failed.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(10);

    public double Temperature { get; init; }

    /// <summary>Whether to ask for chat completions even where the server takes completions.</summary>
    public bool Chat { get; init; }

    /// <summary>Turns of each conversation, each with the turns before it in its prompt; 1: there are none.</summary>
    public int Turns { get; init; } = 1;

    /// <summary>Tokens of the prompts that arrive beside the streams; 0: none do.</summary>
    public int ArrivalTokens { get; init; }

    /// <summary>How far apart those arrive.</summary>
    public TimeSpan ArrivalInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether prompts and answers are of random lengths, up to those asked for.</summary>
    public bool Vary { get; init; }

    /// <summary>Part of the requests that are cancelled at a random moment. 0 … 1.</summary>
    public double CancelShare { get; init; }

    /// <summary>Whether to tell what each tenant got in any second.</summary>
    public bool Seconds { get; init; }

    /// <summary>Busy loops beside which all is measured once more; 0: it is not.</summary>
    public int BusyLoops { get; init; }

    /// <summary>Threads that the server computes with, from which its fair part beside the loops follows.</summary>
    public int ServerThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Prompts and arrivals follow from it.</summary>
    public int Seed { get; init; }
}
