using System.Globalization;
using OrleansInference.Models;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Silo.Benchmarks;

/// <summary>Settings of <c>bench cluster</c>.</summary>
internal sealed class BenchmarkOptions
{
    private static readonly Dictionary<string, string> Switches =
        typeof(BenchmarkOptions).GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name).ToDictionary(SettingName.Switch);

    /// <summary>Folder of the checkpoint; the demo model by default.</summary>
    public string? Model { get; set; }

    /// <summary>What to measure alone: hops, streams, sessions, storage or directory.</summary>
    public string? Only { get; set; }

    /// <summary>Numbers of streams, each measured for itself.</summary>
    public string Streams { get; set; } = "1,8";

    /// <summary>Tokens of each stream in a round.</summary>
    public int Generate { get; set; } = 128;

    public int Rounds { get; set; } = 5;

    /// <summary>Threads of each stage.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>Whether the nodes have links, or grain calls alone.</summary>
    public string Links { get; set; } = "on";

    /// <summary>Idle sessions.</summary>
    public int Sessions { get; set; } = 10_000;

    /// <summary>Simulated nodes that announce themselves to the directory.</summary>
    public int Nodes { get; set; } = 1000;

    public IReadOnlyList<int> StreamCounts => [.. Streams.Split(',').Select(static text => int.Parse(text, CultureInfo.InvariantCulture))];

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is not known, or its value is out of its range.</exception>
    public static BenchmarkOptions Read(string[] arguments)
    {
        foreach (string unknown in arguments.Where(static argument => argument.StartsWith("--", StringComparison.Ordinal) && !Switches.ContainsKey(argument.Split('=')[0])))
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{unknown} is not an option of bench cluster; expected one of {string.Join(", ", Switches.Keys)}, --json.", unknown);
        }

        BenchmarkOptions options = new();
        try
        {
            new ConfigurationBuilder().AddCommandLine(arguments, Switches).Build().Bind(options);
            Require(options.StreamCounts.All(static count => count is > 0 and <= 64), "--streams", options.Streams, "numbers from 1 to 64, as in 1,8");
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw new InferenceException(ErrorCode.InvalidOption, error.Message, null, error);
        }

        Require(options.Only is null or "hops" or "streams" or "sessions" or "storage" or "directory", "--only", options.Only, "hops, streams, sessions, storage or directory");
        Require(options.Links is "on" or "off", "--links", options.Links, "on or off");
        Require(options.Sessions is > 0 and <= 1_000_000, "--sessions", options.Sessions, "1 to 1000000");
        Require(options.Nodes is > 0 and <= 10_000, "--nodes", options.Nodes, "1 to 10000");
        Require(options.Generate is > 1 and <= 4096, "--generate", options.Generate, "2 to 4096");
        Require(options.Rounds is > 0 and <= 1000, "--rounds", options.Rounds, "1 to 1000");
        Require(options.Threads is > 0 and <= 1024, "--threads", options.Threads, "1 to 1024");
        return options;
    }

    private static void Require(bool holds, string name, object? value, string expected)
    {
        if (!holds)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{name} is {value}; expected {expected}.", name);
        }
    }
}
