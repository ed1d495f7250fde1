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
                    ScaleOutput.Print(ScaleSimulator.Run(ScaleOptions.Parse(question), Threads(invocation.Arguments, threads)), invocation.Json);
                    return Task.FromResult(0);
                }

                string text = invocation.Arguments.GetValue(seed) is { } one ? $"{one}..{one}" : invocation.Arguments.GetValue(seeds)!;
                (ulong First, ulong Last) range = TryParse(text, out (ulong, ulong) parsed) ? parsed : throw new UnreachableException();
                if (invocation.Arguments.GetValue(trace) && !invocation.Json)
                {
                    Array.ForEach([.. Simulator.Trace(range.First)], Console.Out.WriteLine);
                }

                Stopwatch watch = Stopwatch.StartNew();
                SimulationSummary summary = Simulator.Run(range.First, range.Last, invocation.Arguments.GetValue(threads));
                Report(summary, watch.Elapsed, invocation.Json);
                return Task.FromResult(summary.Violations.Count == 0 ? ExitCode.Success : ExitCode.Failure);
            });
    }

    private static int Threads(ParseResult arguments, Option<int> threads) =>
        arguments.GetResult(threads) is { Implicit: false } ? arguments.GetValue(threads) : Environment.ProcessorCount;

    private static void Report(SimulationSummary summary, TimeSpan elapsed, bool json)
    {
        if (json)
        {
            JsonOutput.Write(writer => Write(writer, summary, elapsed));
        }
        else
        {
            string seconds = elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            Console.Out.WriteLine($"{summary.Seeds} seeds with {summary.Violations.Count} violations in {seconds} s.");
            Console.Out.WriteLine($"{summary.Events} events, {summary.Faults} faults, {summary.Tokens} tokens, {summary.Migrations} migrations, {summary.SpareSwitches} switches to a spare, {summary.LoadsRefused} refusals for lack of memory.");
            IReadOnlyList<long> recovered = summary.Recovered;
            Console.Out.WriteLine($"Sequences restored: {recovered[0]} from a journal, {recovered[1]} by prefix replay, {recovered[2]} by full replay.");
            Console.Out.WriteLine($"{summary.DeviceMoves} devices and {summary.SessionMoves} sessions changed their pipeline.");
        }

        if (summary.Violations.Count > 0)
        {
            (ulong seed, string violation) = summary.Violations[0];
            Console.Error.WriteLine($"Seed {seed}: {violation}");
            Console.Error.WriteLine($"To replay it: simulate --seed {seed} --trace. The smallest case that fails:");
            Array.ForEach([.. Simulator.Shrink(seed)], Console.Error.WriteLine);
            Console.Error.WriteLine($"The last {SummaryLines} lines of its trace:");
            Array.ForEach([.. Simulator.Trace(seed).TakeLast(SummaryLines)], Console.Error.WriteLine);
        }
    }

    private static void Write(System.Text.Json.Utf8JsonWriter writer, SimulationSummary summary, TimeSpan elapsed)
    {
        writer.WriteStartObject();
        writer.WriteNumber("seeds", summary.Seeds);
        writer.WriteNumber("events", summary.Events);
        writer.WriteNumber("faults", summary.Faults);
        writer.WriteNumber("violations", summary.Violations.Count);
        writer.WriteStartObject("recoveries");
        writer.WriteNumber("journal", summary.Recovered[0]);
        writer.WriteNumber("prefix", summary.Recovered[1]);
        writer.WriteNumber("full", summary.Recovered[2]);
        writer.WriteEndObject();
        writer.WriteNumber("migrations", summary.Migrations);
        writer.WriteNumber("spare_switches", summary.SpareSwitches);
        writer.WriteNumber("loads_refused", summary.LoadsRefused);
        writer.WriteNumber("device_moves", summary.DeviceMoves);
        writer.WriteNumber("session_moves", summary.SessionMoves);
        writer.WriteNumber("tokens", summary.Tokens);
        writer.WriteNumber("virtual_seconds", Math.Round(summary.Time.TotalSeconds));
        writer.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 1));
        writer.WriteStartArray("failed");
        foreach ((ulong seed, string violation) in summary.Violations)
        {
            writer.WriteStartObject();
            writer.WriteNumber("seed", seed);
            writer.WriteString("violation", violation);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
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
