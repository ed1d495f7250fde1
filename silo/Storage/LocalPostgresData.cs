using System.Globalization;
using System.Security.Cryptography;

namespace OrleansInference.Silo.Storage;

/// <summary>Files of a <see cref="LocalPostgres"/>.</summary>
internal sealed class LocalPostgresData(string folder)
{
    private const string PasswordFile = "password";

    private readonly string _making = Path.Combine(folder, "making");

    public string Folder { get; } = Path.Combine(folder, "data");

    public string Log => Path.Combine(Folder, "server.log");

    private string PidFile => Path.Combine(Folder, "postmaster.pid");

    private string VersionFile => Path.Combine(Folder, "PG_VERSION");

    /// <summary>Major version of the PostgreSQL that created the folder; null for a new folder.</summary>
    public int? MajorVersion => File.Exists(VersionFile) ? int.Parse(File.ReadAllText(VersionFile), CultureInfo.InvariantCulture) : null;

    public Task<string> PasswordAsync() => File.ReadAllTextAsync(Path.Combine(Folder, PasswordFile));

    public async Task<string> LastWordsAsync() => File.Exists(Log) ? string.Join(' ', (await File.ReadAllLinesAsync(Log)).TakeLast(3)) : "";

    /// <summary>Creates the data in a temporary folder and moves it to its place, so that the folder is complete or absent.</summary>
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
    /// Removes the remains of a server that was not stopped. It stops a server that still runs, and deletes the file of a server whose process number now
    /// belongs to another program, which PostgreSQL would mistake for the server. It keeps the file of a server that is gone: PostgreSQL checks with it whether
    /// a part of that server still uses the data.
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
