using System.Globalization;
using System.Text.Json;
using OrleansInference.Cluster.Programs;
using OrleansInference.Models;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Diagnosis;

/// <summary><c>doctor</c>: checks the requirements of a start with the given settings, without starting anything.</summary>
internal static class Doctor
{
    /// <summary>Prints the findings.</summary>
    /// <returns>The exit code: failure if a check failed.</returns>
    public static async Task<int> RunAsync(NodeOptions options, bool json)
    {
        IReadOnlyList<Finding> findings = await ExamineAsync(options);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(findings.Select(static finding => new Dictionary<string, string>
            {
                ["subject"] = finding.Subject,
                ["level"] = Word(finding.Level),
                ["text"] = finding.Text,
            })));
        }
        else
        {
            foreach (Finding finding in findings)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Word(finding.Level),-8} {finding.Subject,-11} {finding.Text}"));
            }
        }

        return findings.Any(static finding => finding.Level == FindingLevel.Failed) ? ExitCode.Failure : ExitCode.Success;
    }

    /// <summary>Runs all checks. A failed check does not prevent the others.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(NodeOptions options)
    {
        List<Finding> findings = [.. Machine.Examine(options)];
        NodeOptions? resolved = null;
        findings.AddRange(Try("Settings", () =>
        {
            // The model is checked separately.
            (options with { Checkpoint = new() { Model = AppContext.BaseDirectory } }).Resolve();
            resolved = options with { Member = options.Member.Resolve(), Database = options.Database.Resolve() };
            return [new Finding("Settings", FindingLevel.Ok, "consistent")];
        }));
        findings.AddRange(Try("Model", () => ModelCheck.Examine(options)));
        if (resolved is not null)
        {
            findings.Add(await DatabaseCheck.ExamineAsync(resolved));
            findings.AddRange(NodePorts.Problems(resolved).Select(static problem => new Finding("Ports", FindingLevel.Failed, problem)).DefaultIfEmpty(new Finding("Ports", FindingLevel.Ok, Ports(resolved))));
        }

        return findings;
    }

    private static string Ports(NodeOptions options)
    {
        int first = options.Http.Port;
        return first == 0 ? "HTTP gets a free one" : options.Nodes.Count == 1 ? $"{first} for HTTP is free" : $"{first} to {first + options.Nodes.Count - 1} for HTTP are free";
    }

    private static IEnumerable<Finding> Try(string subject, Func<IEnumerable<Finding>> check)
    {
        try
        {
            return [.. check()];
        }
        catch (InferenceException error)
        {
            return [new Finding(subject, FindingLevel.Failed, error.Message)];
        }
    }

    private static string Word(FindingLevel level) => level.ToString().ToLowerInvariant();
}

/// <summary>Severity of a finding.</summary>
internal enum FindingLevel
{
    /// <summary>A node can start.</summary>
    Ok,

    /// <summary>A node can start, with a disadvantage.</summary>
    Warning,

    /// <summary>A node cannot start, or cannot serve.</summary>
    Failed,
}

/// <summary>Result of a check.</summary>
/// <param name="Subject">Subject of the check.</param>
/// <param name="Level">Severity of the finding.</param>
/// <param name="Text">What was found; if something is wrong, also the remedy.</param>
internal sealed record Finding(string Subject, FindingLevel Level, string Text);
