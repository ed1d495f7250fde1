using System.Globalization;

namespace OrleansInference.Silo.Storage;

/// <summary>What an earlier PostgreSQL of a folder has left when nobody stopped it.</summary>
internal static class LocalPostgresPid
{
    /// <summary>
    /// Stops one that still runs, and removes the file of one whose process number now belongs to a stranger, which PostgreSQL would take for itself. The file of
    /// one that is gone stays: PostgreSQL reads in it whether something of it still uses the data.
    /// </summary>
    public static async Task ClearAsync(string data, PostgresTool tool)
    {
        string file = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(file) || !int.TryParse((await File.ReadAllLinesAsync(file)).FirstOrDefault(), CultureInfo.InvariantCulture, out int process))
        {
            return;
        }

        string commandLine = $"/proc/{process}/cmdline";
        if (!File.Exists(commandLine))
        {
            return;
        }

        string[] words = (await File.ReadAllTextAsync(commandLine)).Split('\0');
        if (Path.GetFileName(words[0]) is "postgres" or "postmaster" && words.Contains(data))
        {
            await tool.RunAsync("pg_ctl", "stop", "-w", "-D", data, "-m", "fast");
        }
        else
        {
            File.Delete(file);
        }
    }
}
