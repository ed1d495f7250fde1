namespace OrleansInference.Silo.Storage;

/// <summary>Counters of a cluster. Each number is assigned once.</summary>
internal sealed class CounterTable(PostgresDatabase database, string cluster)
{
    private const string Advance =
        """
        INSERT INTO inference.counter AS stored (cluster, name, last) VALUES ($1, $2, $3)
        ON CONFLICT (cluster, name) DO UPDATE SET last = stored.last + excluded.last
        RETURNING last
        """;

    /// <summary>Reserves numbers that were not assigned before. An attempt whose answer was lost leaves a gap.</summary>
    /// <returns>The first of <paramref name="count"/> consecutive numbers, from 1.</returns>
    public async Task<int> NextAsync(string name, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int last = await database.AskAsync(
            Advance,
            static async (rows, cancellation) =>
            {
                await rows.ReadAsync(cancellation);
                return rows.GetInt32(0);
            },
            cluster,
            name,
            count);
        return last - count + 1;
    }
}
