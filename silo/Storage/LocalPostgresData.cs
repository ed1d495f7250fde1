using System.Globalization;
using System.Security.Cryptography;

namespace OrleansInference.Silo.Storage;

/// <summary>The files of a <see cref="LocalPostgres"/>.</summary>
internal sealed class LocalPostgresData(string folder)
{
    private const string PasswordFile = "password";

    private readonly string _making = Path.Combine(folder, "making");

    public string Folder { get; } = Path.Combine(folder, "data");

    public string Log => Path.Combine(Folder, "server.log");

    private string PidFile => Path.Combine(Folder, "postmaster.pid");

    private string VersionFile => Path.Combine(Folder, "PG_VERSION");

    /// <summary>Of the PostgreSQL that made it; null where nothing is.</summary>
    public int? MajorVersion => File.Exists(VersionFile) ? int.Parse(File.ReadAllText(VersionFile), CultureInfo.InvariantCulture) : null;

    public Task<string> PasswordAsync() => File.ReadAllTextAsync(Path.Combine(Folder, PasswordFile));

    public async Task<string> LastWordsAsync() => File.Exists(Log) ? string.Join(' ', (await File.ReadAllLinesAsync(Log)).TakeLast(3)) : "";

    /// <summary>Made beside its place and moved there, so that it is whole or not there.</summary>
    public async Task InitializeAsync(PostgresTool tool, string user)
    {
        if (Directory.Exists(Folder))
        {
            return;
        }

        if (Directory.Exists(_making))
        {
            Directory.Delete(_making, recursive: true);
        }

        Directory.CreateDirectory(_making);
        string password = Path.Combine(_making, PasswordFile);
        string made = Path.Combine(_making, "data");
        await File.WriteAllTextAsync(password, RandomNumberGenerator.GetHexString(32));
        await PostgresTool.OwnAsync(_making);
        await tool.RunAsync("initdb", "-D", made, "-U", user, "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--no-locale", "--no-sync");
        File.Move(password, Path.Combine(made, PasswordFile));
        Directory.Move(made, Folder);
        Directory.Delete(_making);
    }

    /// <summary>
    /// Clears what nobody has stopped: stops a server that still runs, and removes the file of one whose process number a stranger has now, whom PostgreSQL
    /// would take for it. The file of one that is gone stays: PostgreSQL reads in it whether something of that server still uses the data.
    /// </summary>
    public async Task ClearAsync(PostgresTool tool)
    {
        if (!File.Exists(PidFile) || !int.TryParse((await File.ReadAllLinesAsync(PidFile)).FirstOrDefault(), CultureInfo.InvariantCulture, out int process))
        {
            return;
        }

        string commandLine = $"/proc/{process}/cmdline";
        if (!File.Exists(commandLine))
        {
            return;
        }

        string[] words = (await File.ReadAllTextAsync(commandLine)).Split('\0');
        if (Path.GetFileName(words[0]) is "postgres" or "postmaster" && words.Contains(Folder))
        {
            await tool.RunAsync("pg_ctl", "stop", "-w", "-D", Folder, "-m", "fast");
        }
        else
        {
            File.Delete(PidFile);
        }
    }
}
