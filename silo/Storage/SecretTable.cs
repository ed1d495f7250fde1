using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using OrleansInference.Grains.Access;
using OrleansInference.Models;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Storage;

/// <summary>
/// Secrets of clusters: one that the database stores for nodes without a configured secret, and the fingerprint of the one in use. A reader of this database
/// has access to the cluster anyway: it contains the membership and all sessions.
/// </summary>
public sealed class SecretTable(PostgresDatabase database, string cluster)
{
    private const int SecretBytes = 32;

    private const string Insert =
        "INSERT INTO inference.cluster_secret (cluster, secret, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1";

    private const string Select = "SELECT secret, fingerprint FROM inference.cluster_secret WHERE cluster = $1";

    // Running nodes decide: they would refuse this one. Nodes without a recent sign of life do not run any more.
    private const string Replace =
        """
        UPDATE inference.cluster_secret SET fingerprint = $3
        WHERE cluster = $1 AND fingerprint = $2 AND NOT EXISTS (
            SELECT FROM inference.OrleansMembershipTable WHERE DeploymentId = $1 AND Status BETWEEN 2 AND 4 AND IAmAliveTime > now() - interval '15 seconds')
        RETURNING 1
        """;

    /// <summary>Agrees on the key with the cluster's other nodes.</summary>
    /// <param name="given">Configured secret of this node; null for the one that the database stores.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: running nodes use another secret.</exception>
    public async Task<ClusterKey> AgreeAsync(byte[]? given)
    {
        byte[] made = RandomNumberGenerator.GetBytes(SecretBytes);
        await database.AskAsync(Insert, AnyAsync, cluster, made, new ClusterKey(cluster, given ?? made).Fingerprint);
        (byte[] kept, byte[] inUse) = await database.AskAsync(Select, RowAsync, cluster);
        ClusterKey key = new(cluster, given ?? kept);
        if (!key.Fingerprint.AsSpan().SequenceEqual(inUse) && !await database.AskAsync(Replace, AnyAsync, cluster, inUse, key.Fingerprint))
        {
            string variable = SettingName.Variable(nameof(SecurityOptions.ClusterSecret));
            InferenceException.Throw(
                ErrorCode.InvalidOption,
                given is null
                    ? $"The running nodes of the cluster {cluster} have a configured cluster secret, and this node has none; expected the same secret in {variable}."
                    : $"{nameof(SecurityOptions.ClusterSecret)} is not the one that the running nodes of the cluster {cluster} use; expected theirs in {variable}. To change it, stop all nodes first.",
                nameof(SecurityOptions.ClusterSecret));
        }

        return key;
    }

    private static async Task<bool> AnyAsync(NpgsqlDataReader rows, CancellationToken cancellation) => await rows.ReadAsync(cancellation);

    private static async Task<(byte[] Secret, byte[] Fingerprint)> RowAsync(NpgsqlDataReader rows, CancellationToken cancellation) => await rows.ReadAsync(cancellation)
        ? (rows.GetFieldValue<byte[]>(0), rows.GetFieldValue<byte[]>(1))
        : throw new UnreachableException("The row was inserted.");
}
