using System.Globalization;

namespace OrleansInference.Simulation.Scale;

/// <summary>Question of scale: devices, sessions, a model, and the sessions' behaviour.</summary>
public sealed record ScaleOptions
{
    private static readonly (string Key, double Least, double Most, Func<ScaleOptions, double, ScaleOptions> Set)[] Keys =
    [
        ("devices", 1, 100_000, static (options, value) => options with { Devices = (int)value }),
        ("sessions", 1, 100_000_000, static (options, value) => options with { Sessions = (int)value }),
        ("context", 0, 100_000, static (options, value) => options with { Context = (int)value }),
        ("prompt", 1, 100_000, static (options, value) => options with { Prompt = (int)value }),
        ("generate", 1, 100_000, static (options, value) => options with { Generate = (int)value }),
        ("think", 0.1, 1e6, static (options, value) => options with { Think = value }),
        ("seconds", 1, 3600, static (options, value) => options with { Seconds = value }),
        ("warmup", 0, 3600, static (options, value) => options with { Warmup = value }),
        ("routers", 1, 100_000, static (options, value) => options with { Routers = (int)value }),
        ("spares", 0, 100_000, static (options, value) => options with { Spares = (int)value }),
        ("batch", 1, 4096, static (options, value) => options with { Batch = (int)value }),
        ("target", 1, 60_000, static (options, value) => options with { TargetMilliseconds = value }),
        ("memory", 0.1, 10_000, static (options, value) => options with { MemoryGigabytes = value }),
        ("bandwidth", 0.1, 100_000, static (options, value) => options with { Bandwidth = value }),
        ("tflops", 0.01, 100_000, static (options, value) => options with { Teraflops = value }),
        ("slow", 0, 1, static (options, value) => options with { SlowShare = value }),
        ("host", 0, 10_000, static (options, value) => options with { HostGigabytes = value }),
        ("node", 1, 1024, static (options, value) => options with { DevicesPerNode = (int)value }),
        ("latency", 0, 1e6, static (options, value) => options with { LatencyMicroseconds = value }),
        ("link", 0.001, 10_000, static (options, value) => options with { Link = value }),
        ("seed", 0, 1e15, static (options, value) => options with { Seed = (ulong)value }),
    ];

    private static readonly HashSet<string> Fractions = ["think", "seconds", "warmup", "target", "memory", "bandwidth", "tflops", "slow", "host", "latency", "link"];

    public int Devices { get; init; } = 1000;

    /// <summary>Number of conversations. Each sends a request, pauses, and sends the next one.</summary>
    public int Sessions { get; init; } = 1_000_000;

    public string Model { get; init; } = "r1";

    /// <summary>Average tokens of a conversation before a turn.</summary>
    public int Context { get; init; } = 1000;

    /// <summary>Average tokens that a turn adds.</summary>
    public int Prompt { get; init; } = 200;

    /// <summary>Average tokens of an answer.</summary>
    public int Generate { get; init; } = 300;

    /// <summary>Average seconds from an answer to the next turn.</summary>
    public double Think { get; init; } = 1800;

    /// <summary>Virtual seconds of the measurement.</summary>
    public double Seconds { get; init; } = 30;

    /// <summary>Virtual seconds before the measurement.</summary>
    public double Warmup { get; init; } = 60;

    /// <summary>Number of pipelines that are simulated step by step; they represent the others.</summary>
    public int Routers { get; init; } = 24;

    /// <summary>Number of devices outside the plan; −1: one in a hundred.</summary>
    public int Spares { get; init; } = -1;

    /// <summary>Rows of a step that the plan assumes.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Target time between two tokens; prompt chunks may not extend it further.</summary>
    public double TargetMilliseconds { get; init; } = 200;

    /// <summary>Memory of a device, in 10⁹ bytes.</summary>
    public double MemoryGigabytes { get; init; } = 80;

    /// <summary>Bandwidth of a device's memory, in 10⁹ bytes a second.</summary>
    public double Bandwidth { get; init; } = 3350;

    /// <summary>Arithmetic rate that kernels actually reach on a device, in 10¹² operations a second.</summary>
    public double Teraflops { get; init; } = 400;

    /// <summary>Fraction of the devices with half the bandwidth and half the operations.</summary>
    public double SlowShare { get; init; }

    /// <summary>Host memory for pages of each device, in 10⁹ bytes.</summary>
    public double HostGigabytes { get; init; } = 64;

    public int DevicesPerNode { get; init; } = 8;

    /// <summary>One-way latency between two nodes.</summary>
    public double LatencyMicroseconds { get; init; } = 20;

    /// <summary>Bandwidth between two nodes, and for loading weights, in 10⁹ bytes a second.</summary>
    public double Link { get; init; } = 25;

    public ulong Seed { get; init; } = 1;

    public int SpareDevices => Spares >= 0 ? Spares : Devices / 100;

    /// <summary>Reads <c>key=value,key=value</c>; other keys keep their defaults.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the message names the key, the value and what was expected.</exception>
    public static ScaleOptions Parse(string text)
    {
        ScaleOptions options = new();
        HashSet<string> seen = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int split = part.IndexOf('=', StringComparison.Ordinal);
            string key = split < 0 ? part : part[..split];
            string value = split < 0 ? "" : part[(split + 1)..];
            if (split < 0 || value.Length == 0)
            {
                Refuse(key, $"'{part}' has no value; expected key=value");
            }

            if (!seen.Add(key))
            {
                Refuse(key, $"{key} is given twice; expected once");
            }

            options = key == "model" ? options with { Model = ScaleModels.Known(value) } : options.With(key, value);
        }

        if (options.SpareDevices >= options.Devices)
        {
            Refuse("spares", $"spares is {options.SpareDevices}; expected fewer than devices, {options.Devices}");
        }

        return options;
    }

    public static void Refuse(string key, string what) => InferenceException.Throw(ErrorCode.InvalidOption, $"--scale: {what}.", $"--scale:{key}");

    private ScaleOptions With(string key, string value)
    {
        int index = Array.FindIndex(Keys, known => known.Key == key);
        if (index < 0)
        {
            Refuse(key, $"'{key}' is not a known key; expected one of model, {string.Join(", ", Keys.Select(static known => known.Key))}");
        }

        (_, double least, double most, var set) = Keys[index];
        bool whole = !Fractions.Contains(key);
        string range = string.Create(CultureInfo.InvariantCulture, $"{(whole ? "a whole number" : "a number")} from {least} to {most}");
        NumberStyles style = whole ? NumberStyles.None : NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(value, style, CultureInfo.InvariantCulture, out double number) || !(number >= least && number <= most))
        {
            Refuse(key, $"{key} is '{value}'; expected {range}");
        }

        return set(this, number);
    }
}
