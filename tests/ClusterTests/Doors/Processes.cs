using System.Globalization;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>Processes of this machine, as the kernel says.</summary>
internal static class Processes
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Children of a process.</summary>
    public static int[] ChildrenOf(int process) => [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(static name => name!.All(char.IsAsciiDigit))
        .Select(static name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(child => ParentOf(child) == process)];

    /// <summary>Program and arguments.</summary>
    public static string[] CommandLineOf(int process) => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Waits until none of them is there.</summary>
    public static async Task UntilGoneAsync(IEnumerable<int> processes)
    {
        DateTime end = DateTime.UtcNow + Limit;
        foreach (int process in processes)
        {
            while (IsThere(process))
            {
                if (DateTime.UtcNow > end)
                {
                    Assert.Fail($"Waited {Limit} for the end of process {process}: {string.Join(' ', CommandLineOf(process))}");
                }

                await Task.Delay(20);
            }
        }
    }

    /// <summary>One that has ended and waits for nobody but its parent is gone.</summary>
    private static bool IsThere(int process) => Stat(process) is [not "Z" and not "X", ..];

    private static int ParentOf(int process) => Stat(process) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    /// <returns>The state, the parent, and so on; null for none.</returns>
    private static string[]? Stat(int process)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
