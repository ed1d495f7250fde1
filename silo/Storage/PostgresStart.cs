using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Npgsql;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Storage;

/// <summary>Contacts the database when a node starts. It reports permanent errors immediately, and waits for a temporary outage as long as the options allow.</summary>
internal static partial class PostgresStart
{
    // A server that reports that it starts, or recovers from a crash, is present; it has a time limit of its own.
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(1);

    /// <exception cref="InferenceException">
    /// <see cref="ErrorCode.InvalidOption"/>: the database refuses the connection. <see cref="ErrorCode.Unavailable"/>: it does not answer in time, or is full.
    /// </exception>
    public static async Task RunAsync(PostgresDatabase database, PostgresOptions options, Func<CancellationToken, Task> work, ILogger logger, CancellationToken cancellation)
    {
        long since = Stopwatch.GetTimestamp();
        Backoff backoff = default;
        for (bool told = false; ; told = true)
        {
            Exception away;
            TimeSpan limit = options.StartPatience;
            try
            {
                await work(cancellation);
                return;
            }
            catch (PostgresException starting) when (starting.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                limit = limit > Recovery ? limit : Recovery;
                away = starting;
            }
            catch (Exception error) when (error is SocketException || (error is NpgsqlException failure && database.IsAway(failure)))
            {
                away = error;
            }
            catch (NpgsqlException refused)
            {
                throw Refused(database, refused);
            }

            TimeSpan wait = backoff.Next();
            if (Stopwatch.GetElapsedTime(since) + wait > limit)
            {
                ThrowAway(database, options.StartPatience, away);
            }

            if (!told)
            {
                Waits(logger, database.Address, limit.TotalSeconds, Reason(away));
            }

            await Task.Delay(wait, cancellation);
        }
    }

    /// <summary>Creates the error: a full or broken disk can be repaired without the node; other errors concern its settings.</summary>
    private static InferenceException Refused(PostgresDatabase database, NpgsqlException error)
    {
        string state = error.SqlState ?? "no answer";
        string text = error is PostgresException refused ? refused.MessageText : error.Message;
        bool resources = state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal);
        string what = resources ? "Free some space there, and start the node again." : "Correct the setting Postgres, or the rights of its user.";
        string message = $"PostgreSQL at {database.Address} refuses the start: {text.ReplaceLineEndings(" ").TrimEnd('.')} ({state}). {what}";
        return new InferenceException(resources ? ErrorCode.Unavailable : ErrorCode.InvalidOption, message, "Postgres:ConnectionString", error);
    }

    [DoesNotReturn]
    private static void ThrowAway(PostgresDatabase database, TimeSpan waited, Exception away)
    {
        string option = SettingName.Switch(nameof(DatabaseOptions.PostgresWait));
        string after = waited > TimeSpan.Zero ? FormattableString.Invariant($" after {waited.TotalSeconds:0.#} s") : string.Empty;
        string message = $"PostgreSQL at {database.Address} does not answer{after}: {Reason(away)}. Start it, correct the setting Postgres, or let the node wait for it with {option} SECONDS.";
        throw new InferenceException(ErrorCode.Unavailable, message, inner: away);
    }

    private static string Reason(Exception away) =>
        (away.InnerException is { } inner ? $"{away.Message.TrimEnd('.')}: {inner.Message}" : away.Message).ReplaceLineEndings(" ").TrimEnd('.');

    [LoggerMessage(LogLevel.Warning, "The start waits for PostgreSQL at {Address}, for {Seconds} s at most: {Reason}.")]
    private static partial void Waits(ILogger logger, string address, double seconds, string reason);
}
