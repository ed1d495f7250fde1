using System.Net;
using Npgsql;

namespace OrleansInference.Silo.Storage;

/// <summary>What Orleans' membership says of a cluster's silos, beside Orleans: for when there is none that could say it.</summary>
internal sealed class MembershipTable(PostgresDatabase database, string cluster)
{
    private const string Active = "SELECT Address, Port, Generation FROM inference.OrleansMembershipTable WHERE DeploymentId = $1 AND Status = 3";

    // The row of the version first, as Orleans' statements do: a change that was decided before this one is not made after it.
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

    /// <summary>Silos that are said to be active.</summary>
    public Task<IReadOnlyList<(IPEndPoint Endpoint, int Generation)>> ActiveAsync() => database.AskAsync(Active, AllAsync, cluster);

    /// <summary>Notes that a silo is no more.</summary>
    /// <returns>Whether it was active until now.</returns>
    public Task<bool> DeclareDeadAsync(IPEndPoint endpoint, int generation) =>
        database.AskAsync(Declare, OneAsync, cluster, endpoint.Address.ToString(), endpoint.Port, generation);

    private static async Task<IReadOnlyList<(IPEndPoint Endpoint, int Generation)>> AllAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        List<(IPEndPoint Endpoint, int Generation)> silos = [];
        while (await rows.ReadAsync(cancellation))
        {
            silos.Add((new IPEndPoint(IPAddress.Parse(rows.GetString(0)), rows.GetInt32(1)), rows.GetInt32(2)));
        }

        return silos;
    }

    private static async Task<bool> OneAsync(NpgsqlDataReader rows, CancellationToken cancellation) => await rows.ReadAsync(cancellation) && rows.GetBoolean(0);
}
