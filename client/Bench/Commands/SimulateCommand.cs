using System.CommandLine.Parsing;
using OrleansInference.Cli.Commands;
using OrleansInference.Cluster.Programs;
using OrleansInference.Settings;
using OrleansInference.Simulation.Running;
using OrleansInference.Simulation.Scale;

namespace OrleansInference.Bench.Commands;

/// <summary><c>simulate</c>: runs the serving core in simulated clusters with faults, one for each seed.</summary>
internal static class SimulateCommand
{
    private const int SummaryLines = 40;

    public static Command Create()
    {
        Option<string> seeds = new("--seeds")
        {
            Description = "Seeds to run, from the first to the last one; 1..1000 by default",
            DefaultValueFactory = _ => "1..1000",
            HelpName = "A..B",
        };
        Option<string> seed = new("--seed") { Description = "Single seed to run", HelpName = "N" };
        Option<bool> trace = new("--trace") { Description = "With --seed: print the events, line by line" };
        Option<string> scale = new("--scale")
        {
            Description = "Answer a question of scale with a cost model instead: devices=N,sessions=N,model=NAME and further keys, see docs/scale.md",
            HelpName = "KEY=VALUE,…",
        };
        Option<int> threads = RangedOption.Create("--parallel", "Seeds to run concurrently, or with --scale pipelines, one for each processor unless given", 1, 1, 1024);
        seeds.Validators.Add(result => Require(result, text => TryParse(text, out _), "--seeds", "first and last seed as A..B with A not above B"));
        seed.Validators.Add(result => Require(result, text => TryParse($"{text}..{text}", out _), "--seed", "a whole number"));
        return CommandInvocation.Create(
            "simulate",
            "Runs the serving core in simulated clusters with faults, and checks that no token is lost, repeated or different",
            new SettingSet(),
            [seeds, seed, trace, scale, threads],
            invocation =>
            {
                if (invocation.Arguments.GetValue(scale) is { } question)
                {
                    ScaleReport report = ScaleSimulator.Run(ScaleOptions.Parse(question), Threads(invocation.Arguments, threads));
                    invocation.Print(() => ScaleOutput.Describe(report), () => ScaleOutput.Print(report));
                    return Task.FromResult(0);
                }

                string text = invocation.Arguments.GetValue(seed) is { } one ? $"{one}..{one}" : invocation.Arguments.GetValue(seeds)!;
                (ulong First, ulong Last) range = TryParse(text, out (ulong, ulong) parsed) ? parsed : throw new UnreachableException();
                if (invocation.Arguments.GetValue(trace) && !invocation.Json)
                {
                    Array.ForEach([.. Simulator.Trace(range.First)], Console.Out.WriteLine);
                }

                Stopwatch watch = Stopwatch.StartNew();
                SimulationSummary summary = RunUntilStopped(range.First, range.Last, invocation.Arguments.GetValue(threads));
                TimeSpan elapsed = watch.Elapsed;
                invocation.Print(() => Describe(summary, elapsed), () => PrintText(summary, elapsed));
                ReportViolation(summary);
                return Task.FromResult(summary.Violations.Count == 0 ? ExitCode.Success : ExitCode.Failure);
            });
    }

    /// <summary>Runs a range of seeds. A signal to stop ends it early, with the results so far; the next one ends the process.</summary>
    private static SimulationSummary RunUntilStopped(ulong first, ulong last, int threads)
    {
        using StopSignals stop = new();
        return Simulator.Run(first, last, threads, stop.Token);
    }

    private static int Threads(ParseResult arguments, Option<int> threads) =>
        arguments.GetResult(threads) is { Implicit: false } ? arguments.GetValue(threads) : Environment.ProcessorCount;

    private static JsonObject Describe(SimulationSummary summary, TimeSpan elapsed) => new()
    {
        ["seeds"] = summary.Seeds,
        ["events"] = summary.Events,
        ["faults"] = summary.Faults,
        ["violations"] = summary.Violations.Count,
        ["recoveries"] = new JsonObject { ["journal"] = summary.Recovered[0], ["prefix"] = summary.Recovered[1], ["full"] = summary.Recovered[2] },
        ["migrations"] = summary.Migrations,
        ["spare_switches"] = summary.SpareSwitches,
        ["loads_refused"] = summary.LoadsRefused,
        ["device_moves"] = summary.DeviceMoves,
        ["session_moves"] = summary.SessionMoves,
        ["tokens"] = summary.Tokens,
        ["virtual_seconds"] = Math.Round(summary.Time.TotalSeconds),
        ["seconds"] = Math.Round(elapsed.TotalSeconds, 1),
        ["failed"] = new JsonArray([.. summary.Violations.Select(static failed => new JsonObject { ["seed"] = failed.Seed, ["violation"] = failed.Violation })]),
    };

    private static void PrintText(SimulationSummary summary, TimeSpan elapsed)
    {
        string seconds = elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        Console.Out.WriteLine($"{summary.Seeds} seeds with {summary.Violations.Count} violations in {seconds} s.");
        Console.Out.WriteLine($"{summary.Events} events, {summary.Faults} faults, {summary.Tokens} tokens, {summary.Migrations} migrations, {summary.SpareSwitches} switches to a spare, {summary.LoadsRefused} refusals for lack of memory.");
        IReadOnlyList<long> recovered = summary.Recovered;
        Console.Out.WriteLine($"Sequences restored: {recovered[0]} from a journal, {recovered[1]} by prefix replay, {recovered[2]} by full replay.");
        Console.Out.WriteLine($"{summary.DeviceMoves} devices and {summary.SessionMoves} sessions changed their pipeline.");
    }

    private static void ReportViolation(SimulationSummary summary)
    {
        if (summary.Violations.Count == 0)
        {
            return;
        }

        (ulong seed, string violation) = summary.Violations[0];
        Console.Error.WriteLine($"Seed {seed}: {violation}");
        Console.Error.WriteLine($"To replay it: simulate --seed {seed} --trace. The smallest case that fails:");
        Array.ForEach([.. Simulator.Shrink(seed)], Console.Error.WriteLine);
        Console.Error.WriteLine($"The last {SummaryLines} lines of its trace:");
        Array.ForEach([.. Simulator.Trace(seed).TakeLast(SummaryLines)], Console.Error.WriteLine);
    }

    private static bool TryParse(string text, out (ulong First, ulong Last) range)
    {
        string[] parts = text.Split("..");
        range = default;
        return parts.Length == 2
            && ulong.TryParse(parts[0], CultureInfo.InvariantCulture, out range.First)
            && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out range.Last)
            && range.First > 0 && range.First <= range.Last && range.Last < long.MaxValue;
    }

    private static void Require(OptionResult result, Func<string, bool> holds, string option, string expected)
    {
        if (result.Tokens.Count == 1 && !holds(result.Tokens[0].Value))
        {
            result.AddError($"{option}: '{result.Tokens[0].Value}' was given, expected {expected}.");
        }
    }
}
