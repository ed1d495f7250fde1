using System.Net;
using Npgsql;

namespace OrleansInference.Silo.Storage;

/// <summary>Access to Orleans' membership table of a cluster without Orleans, for when Orleans does not run.</summary>
public sealed class MembershipTable(PostgresDatabase database, string cluster)
{
    private const string Active = "SELECT Address, Port, Generation, IAmAliveTime FROM inference.OrleansMembershipTable WHERE DeploymentId = $1 AND Status = 3";

    private const string Named =
        """
        SELECT Address, Port, Generation, HostName, StartTime, IAmAliveTime FROM inference.OrleansMembershipTable
        WHERE DeploymentId = $1 AND SiloName = $2 AND Status BETWEEN 2 AND 3
        """;

    private const string Dead =
        "SELECT EXISTS (SELECT FROM inference.OrleansMembershipTable WHERE DeploymentId = $1 AND Address = $2 AND Port = $3 AND Generation = $4 AND Status = 6)";

    // The row of the version comes first, as in Orleans' statements: a change that was decided before this one is not written after it.
    private const string Declare =
        """
        WITH decided AS (
            UPDATE inference.OrleansMembershipVersionTable SET Version = Version + 1 WHERE DeploymentId = $1
            RETURNING DeploymentId
        ), dead AS (
            UPDATE inference.OrleansMembershipTable AS silo SET Status = 6
            FROM decided
            WHERE silo.DeploymentId = decided.DeploymentId AND silo.Address = $2 AND silo.Port = $3 AND silo.Generation = $4 AND silo.Status = 3
            RETURNING 1
        )
        SELECT EXISTS (SELECT FROM dead)
        """;

    private const string Exchange =
        """
        WITH self AS (
            UPDATE inference.OrleansMembershipTable SET IAmAliveTime = $5
            WHERE DeploymentId = $1 AND Address = $2 AND Port = $3 AND Generation = $4 AND Status BETWEEN 2 AND 5)
        SELECT Address, Port, Generation, Status, StartTime, IAmAliveTime FROM inference.OrleansMembershipTable WHERE DeploymentId = $1 AND Status BETWEEN 2 AND 5
        """;

    /// <summary>Returns the silos that the table lists as active.</summary>
    public Task<IReadOnlyList<ActiveSilo>> ActiveAsync() => database.AskAsync(Active, AllAsync, cluster);

    /// <summary>Returns the silos of a name that join or are active.</summary>
    public Task<IReadOnlyList<NamedSilo>> NamedAsync(string name) => database.AskAsync(Named, NamedAsync, cluster, name);

    /// <summary>Declares a silo dead.</summary>
    /// <returns>Whether it was active until now.</returns>
    public Task<bool> DeclareDeadAsync(ActiveSilo silo) =>
        database.AskAsync(Declare, OneAsync, cluster, silo.Endpoint.Address.ToString(), silo.Endpoint.Port, silo.Generation);

    /// <summary>Whether a silo was declared dead.</summary>
    public Task<bool> IsDeadAsync(IPEndPoint endpoint, int generation) => database.AskAsync(Dead, OneAsync, cluster, endpoint.Address.ToString(), endpoint.Port, generation);

    /// <summary>Writes a silo's sign of life, unless the silo has not begun to join or is dead. Makes one attempt.</summary>
    /// <returns>The signs of all silos that are not dead.</returns>
    public Task<IReadOnlyList<MemberSign>> ExchangeSignsAsync(IPEndPoint endpoint, int generation, DateTime now, CancellationToken cancellation) =>
        database.PatientlyAsync(
            token => database.AskOnceAsync(Exchange, SignsAsync, token, cluster, endpoint.Address.ToString(), endpoint.Port, generation, now), TimeSpan.Zero, cancellation);

    private static Task<IReadOnlyList<MemberSign>> SignsAsync(NpgsqlDataReader rows, CancellationToken cancellation) => ListAsync(
        rows, static row => new MemberSign(EndpointOf(row), row.GetInt32(2), row.GetInt32(3) == 3, row.GetDateTime(4), row.GetDateTime(5)), cancellation);

    private static Task<IReadOnlyList<NamedSilo>> NamedAsync(NpgsqlDataReader rows, CancellationToken cancellation) => ListAsync(
        rows, static row => new NamedSilo(EndpointOf(row), row.GetInt32(2), row.GetString(3), row.GetDateTime(4), row.GetDateTime(5)), cancellation);

    private static Task<IReadOnlyList<ActiveSilo>> AllAsync(NpgsqlDataReader rows, CancellationToken cancellation) => ListAsync(
        rows, static row => new ActiveSilo(EndpointOf(row), row.GetInt32(2), row.GetDateTime(3)), cancellation);

    private static async Task<IReadOnlyList<T>> ListAsync<T>(NpgsqlDataReader rows, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        List<T> list = [];
        while (await rows.ReadAsync(cancellation))
        {
            list.Add(read(rows));
        }

        return list;
    }

    private static IPEndPoint EndpointOf(NpgsqlDataReader row) => new(IPAddress.Parse(row.GetString(0)), row.GetInt32(1));

    private static async Task<bool> OneAsync(NpgsqlDataReader rows, CancellationToken cancellation) => await rows.ReadAsync(cancellation) && rows.GetBoolean(0);
}

/// <summary>Silo that the membership table lists as active.</summary>
/// <param name="Endpoint">Endpoint at which others reach it.</param>
/// <param name="Generation">Distinguishes it from earlier silos at the endpoint.</param>
/// <param name="SignOfLife">Time of its last sign of life, by its own clock.</param>
public sealed record ActiveSilo(IPEndPoint Endpoint, int Generation, DateTime SignOfLife);

/// <summary>Silo in the membership table that is not dead.</summary>
/// <param name="Endpoint">Endpoint at which others reach it.</param>
/// <param name="Generation">Distinguishes it from earlier silos at the endpoint.</param>
/// <param name="IsActive">Whether it takes part; otherwise it joins or leaves.</param>
/// <param name="Started">Start time, by its own clock.</param>
/// <param name="Sign">Time of its last sign of life, by its own clock.</param>
public sealed record MemberSign(IPEndPoint Endpoint, int Generation, bool IsActive, DateTime Started, DateTime Sign);

/// <summary>Silo that joins or is active, found by its name.</summary>
/// <param name="Endpoint">Endpoint at which others reach it.</param>
/// <param name="Generation">Distinguishes it from earlier silos at the endpoint.</param>
/// <param name="Host">Name of its machine.</param>
/// <param name="Started">Start time, by its own clock.</param>
/// <param name="Sign">Time of its last sign of life, by its own clock.</param>
public sealed record NamedSilo(IPEndPoint Endpoint, int Generation, string Host, DateTime Started, DateTime Sign);
