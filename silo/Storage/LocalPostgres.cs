using System.Diagnostics;
using Npgsql;
using OrleansInference.Cluster.Programs;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;
using OrleansInference.Models;

namespace OrleansInference.Silo.Storage;

/// <summary>
/// Private PostgreSQL server on this machine, for a local cluster and for tests. Its data is in a folder, it listens on a free port of the loopback address,
/// and its password is in a file beside the data. It is detached from the terminal of the process and ends with the process, see <see cref="PostgresServer"/>.
/// Only one process can use a folder at a time.
/// </summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    private const string User = "inference";
    private const string Database = "inference";
    private const int LongestSocketFolder = 90; // of the 107 bytes of a socket's path

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly LocalPostgresData _data;
    private readonly PostgresTool _tool;
    private readonly bool _durable;
    private readonly FileStream _lock;
    private PostgresServer? _server; // set if the server is a child of this process
    private bool _running;

    private LocalPostgres(LocalPostgresData data, PostgresTool tool, bool durable, FileStream claimed)
    {
        _data = data;
        _tool = tool;
        _durable = durable;
        _lock = claimed;
    }

    /// <summary>Default folder of a local cluster. If root starts the server, it runs as the user postgres, who cannot read root's home.</summary>
    public static string DefaultFolder => Environment.UserName == "root" ? "/var/cache/orleans-inference/postgres" : UserCache.Folder("postgres");

    /// <summary>Port of the server; it stays the same after a restart.</summary>
    public int Port { get; private set; }

    public string ConnectionString { get; private set; } = "";

    /// <summary>Starts a PostgreSQL server. In an existing folder it continues with the folder's data, however the last server ended.</summary>
    /// <param name="folder">Folder of its own; created if it does not exist.</param>
    /// <param name="durable">Whether written data survives a crash of the machine; it survives the end of processes in any case.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: PostgreSQL is not installed or does not start, or the folder is in use.</exception>
    public static async Task<LocalPostgres> StartAsync(string folder, bool durable = true)
    {
        folder = Path.GetFullPath(folder);
        FileStream claimed = Claim(folder);
        try
        {
            LocalPostgresData data = new(folder);
            PostgresTool tool = new(PostgresBinaries.Find(data.MajorVersion) ?? throw Missing(data));
            LocalPostgres local = new(data, tool, durable, claimed);
            await InitializeAsync(data, tool, folder);
            await local.StartAsync();
            return local;
        }
        catch
        {
            await claimed.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync()
    {
        await _data.ClearAsync(_tool);
        Backoff backoff = default;
        long since = Stopwatch.GetTimestamp();
        while (!_running)
        {
            int port = Port == 0 ? FreePorts.Find() : Port;
            string? failure = await TryStartAsync(port);
            _running = failure is null;
            if (_running)
            {
                Port = port;
            }
            else if (Stopwatch.GetElapsedTime(since) > Timeout)
            {
                InferenceException.Throw(ErrorCode.Unavailable, $"PostgreSQL does not start in {_data.Folder}: {failure} {await _data.LastWordsAsync()}");
            }
            else
            {
                // Another program took the port first, or the processes of a killed server are not gone yet.
                await Task.Delay(backoff.Next());
            }
        }

        await OpenDatabaseAsync();
    }

    /// <summary>Stops the server: clients are disconnected, and committed data stays.</summary>
    /// <param name="crash">Whether to simulate a crash: the server recovers from its log at the next start.</param>
    public async Task StopAsync(bool crash = false)
    {
        bool alive = _running && (await _tool.TryAsync("pg_ctl", "status", "-D", _data.Folder)).Status == 0;
        if (alive)
        {
            await _tool.RunAsync("pg_ctl", "stop", "-w", "-D", _data.Folder, "-m", crash ? "immediate" : "fast");
            await (_server?.Ended ?? Task.CompletedTask);
        }

        _running = false;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            await _lock.DisposeAsync();
        }
    }

    private static FileStream Claim(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoAccess(folder, error);
        }

        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken)
        {
            string message = $"{folder} is in use by another process. Expected a separate folder for each PostgreSQL; choose another with --postgres-folder.";
            throw new InferenceException(ErrorCode.Unavailable, message, inner: taken);
        }
        catch (UnauthorizedAccessException error)
        {
            throw NoAccess(folder, error);
        }
    }

    private static async Task InitializeAsync(LocalPostgresData data, PostgresTool tool, string folder)
    {
        try
        {
            await data.InitializeAsync(tool, User);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InferenceException { Code: ErrorCode.Unavailable })
        {
            string message = $"PostgreSQL's data cannot be created in {folder}: {error.Message.TrimEnd('.')}. Free some space or grant access there, or choose another folder with --postgres-folder.";
            throw new InferenceException(ErrorCode.Unavailable, message, inner: error);
        }
    }

    private static InferenceException NoAccess(string folder, Exception error) => new(
        ErrorCode.Unavailable, $"The folder of PostgreSQL's data, {folder}, cannot be created or written: {error.Message} Choose another with --postgres-folder.", inner: error);

    private static InferenceException Missing(LocalPostgresData data)
    {
        string wanted = data.MajorVersion is { } version ? $"PostgreSQL {version}, which created {data.Folder}," : "PostgreSQL";
        return new(ErrorCode.Unavailable, $"{wanted} is not installed here. Expected initdb, pg_ctl and postgres in /usr/lib/postgresql/*/bin or on the PATH.");
    }

    /// <returns>Reason why the server did not start; null if it runs.</returns>
    private async Task<string?> TryStartAsync(int port)
    {
        if (PostgresServer.IsSupported)
        {
            _server = await PostgresServer.StartAsync(_tool.PathOf("postgres"), PostgresTool.ServerAccount, _data.Folder, _data.Log, Settings(port));
            return _server is null ? "the server has ended." : null;
        }

        string settings = string.Join(' ', Settings(port).Select(static setting => $"-c '{setting}'"));
        (int status, string said) = await _tool.TryAsync("pg_ctl", "start", "-w", "-D", _data.Folder, "-l", _data.Log, "-o", settings);
        return status == 0 ? null : said;
    }

    private string[] Settings(int port)
    {
        bool sockets = _data.Folder.Length <= LongestSocketFolder && !_data.Folder.AsSpan().ContainsAny('\'', ' ', '\\');
        return
        [
            "listen_addresses=127.0.0.1", FormattableString.Invariant($"port={port}"), $"unix_socket_directories={(sockets ? _data.Folder : "")}", "max_connections=100", "shared_buffers=32MB",
            .. _durable ? (string[])[] : ["fsync=off", "full_page_writes=off"],
        ];
    }

    private async Task OpenDatabaseAsync()
    {
        NpgsqlConnectionStringBuilder parts = new()
        {
            Host = "127.0.0.1",
            Port = Port,
            Username = User,
            Password = await _data.PasswordAsync(),
            Database = "postgres",
            Pooling = false,
        };
        await using (NpgsqlConnection connection = new(parts.ConnectionString))
        {
            await connection.OpenAsync();
            await using NpgsqlCommand exists = new($"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{Database}')", connection);
            if (await exists.ExecuteScalarAsync() is not true)
            {
                await using NpgsqlCommand create = new($"CREATE DATABASE {Database}", connection);
                await create.ExecuteNonQueryAsync();
            }
        }

        parts.Database = Database;
        parts.Remove("Pooling");
        ConnectionString = parts.ConnectionString;
    }
}
