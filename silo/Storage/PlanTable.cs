using System.Buffers;
using Npgsql;
using OrleansInference.Serving.Control;

namespace OrleansInference.Silo.Storage;

/// <summary>The plan in force of a cluster.</summary>
internal sealed class PlanTable(PostgresDatabase database, string cluster)
{
    private const string Select = "SELECT body FROM inference.plan WHERE cluster = $1";

    // The rule of PlanStore. The row is written also where the plan is refused, as it was: that locks it, so that what is returned is in force
    // when two save at the same time, and not what was in force when the statement began.
    private const string Save =
        """
        INSERT INTO inference.plan AS stored (cluster, router, epoch, body, saved_at) VALUES ($1, $2, $3, $4, now())
        ON CONFLICT (cluster) DO UPDATE SET (router, epoch, body, saved_at) = (
            SELECT later.router, later.epoch, later.body, later.saved_at
            FROM (VALUES
                (true, excluded.router, excluded.epoch, excluded.body, excluded.saved_at),
                (false, stored.router, stored.epoch, stored.body, stored.saved_at)) AS later (given, router, epoch, body, saved_at)
            WHERE later.given = (excluded.router >= stored.router AND excluded.epoch > stored.epoch))
        RETURNING body
        """;

    public Task<PipelinePlan?> ReadAsync() => database.AskAsync(Select, OneAsync, cluster);

    /// <returns>The plan in force from now on.</returns>
    public async Task<PipelinePlan> SaveAsync(PipelinePlan plan)
    {
        ArrayBufferWriter<byte> body = new();
        ControlCodec.WritePlan(body, plan);
        return (await database.AskAsync(Save, OneAsync, cluster, plan.Router, plan.Epoch, body.WrittenSpan.ToArray()))!;
    }

    private static async Task<PipelinePlan?> OneAsync(NpgsqlDataReader rows, CancellationToken cancellation) =>
        await rows.ReadAsync(cancellation) ? ControlCodec.ReadPlan(rows.GetFieldValue<byte[]>(0)) : null;
}
