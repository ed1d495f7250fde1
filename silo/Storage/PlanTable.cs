using System.Buffers;
using Npgsql;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;

namespace OrleansInference.Silo.Storage;

/// <summary>Plans in force of a cluster, and the allocation of its devices.</summary>
internal sealed class PlanTable(PostgresDatabase database, string cluster)
{
    private const int AllocationRow = -1;

    private static readonly string SaveFirst = Save("inference.plan", "cluster", "$1");
    private static readonly string SaveOther = Save("inference.pipeline_plan", "cluster, pipeline", "$1, $5");

    /// <param name="pipeline">Pipeline of the plan.</param>
    /// <param name="timeout">Time to wait for a database that is away; zero makes one attempt.</param>
    public Task<PipelinePlan?> ReadAsync(int pipeline, TimeSpan timeout) =>
        pipeline == 0 ? database.AskAsync(timeout, "SELECT body FROM inference.plan WHERE cluster = $1", PlanAsync, cluster) : ReadAsync(timeout, pipeline, PlanAsync);

    /// <param name="plan">Plan to put in force.</param>
    /// <param name="timeout">Time to wait for a database that is away; zero makes one attempt.</param>
    /// <returns>The plan in force from now on.</returns>
    public async Task<PipelinePlan> SaveAsync(PipelinePlan plan, TimeSpan timeout)
    {
        ArrayBufferWriter<byte> body = new();
        ControlCodec.WritePlan(body, plan);
        byte[] bytes = body.WrittenSpan.ToArray();
        return (plan.Pipeline == 0
            ? await database.AskAsync(timeout, SaveFirst, PlanAsync, cluster, plan.Router, plan.Epoch, bytes)
            : await database.AskAsync(timeout, SaveOther, PlanAsync, cluster, plan.Router, plan.Epoch, bytes, plan.Pipeline))!;
    }

    public Task<DeviceAllocation?> ReadAllocationAsync() => ReadAsync(database.Timeout, AllocationRow, AllocationAsync);

    /// <returns>The allocation in force from now on.</returns>
    public async Task<DeviceAllocation> SaveAsync(DeviceAllocation allocation)
    {
        ArrayBufferWriter<byte> body = new();
        ControlCodec.WriteAllocation(body, allocation);
        return (await database.AskAsync(SaveOther, AllocationAsync, cluster, allocation.Directory, allocation.Version, body.WrittenSpan.ToArray(), AllocationRow))!;
    }

    private Task<T> ReadAsync<T>(TimeSpan timeout, int row, Func<NpgsqlDataReader, CancellationToken, Task<T>> read) =>
        database.AskAsync(timeout, "SELECT body FROM inference.pipeline_plan WHERE cluster = $1 AND pipeline = $2", read, cluster, row);

    // Implements the rule of PlanStore. A refused plan also writes the row, unchanged: the write locks it. So the returned plan is in force even if two routers save at the same time, and is
    // not the one from the start of the statement.
    private static string Save(string table, string key, string values) =>
        $"""
        INSERT INTO {table} AS stored ({key}, router, epoch, body, saved_at) VALUES ({values}, $2, $3, $4, now())
        ON CONFLICT ({key}) DO UPDATE SET (router, epoch, body, saved_at) = (
            SELECT later.router, later.epoch, later.body, later.saved_at
            FROM (VALUES
                (true, excluded.router, excluded.epoch, excluded.body, excluded.saved_at),
                (false, stored.router, stored.epoch, stored.body, stored.saved_at)) AS later (given, router, epoch, body, saved_at)
            WHERE later.given = (excluded.router >= stored.router AND excluded.epoch > stored.epoch))
        RETURNING body
        """;

    private static async Task<PipelinePlan?> PlanAsync(NpgsqlDataReader rows, CancellationToken cancellation) =>
        await rows.ReadAsync(cancellation) ? ControlCodec.ReadPlan(rows.GetFieldValue<byte[]>(0)) : null;

    private static async Task<DeviceAllocation?> AllocationAsync(NpgsqlDataReader rows, CancellationToken cancellation) =>
        await rows.ReadAsync(cancellation) ? ControlCodec.ReadAllocation(rows.GetFieldValue<byte[]>(0)) : null;
}
