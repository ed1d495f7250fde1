namespace OrleansInference.Compute.Threading;

/// <summary>Something that is done to each row of a step on its own.</summary>
internal interface IRowOperation
{
    void Row(int row);
}

/// <summary>Runs a row operation over all rows: a few rows by the caller alone, many by all workers.</summary>
internal sealed class RowWork(WorkerTeam team) : IParallelWork
{
    private const int RowsPerTile = 4;

    private IRowOperation? _operation;
    private int _rows;

    public void Run(IRowOperation operation, int rows)
    {
        (_operation, _rows) = (operation, rows);
        team.Run(this, (rows + RowsPerTile - 1) / RowsPerTile);
    }

    public void RunTile(int tile, int worker)
    {
        int end = Math.Min((tile + 1) * RowsPerTile, _rows);
        for (int row = tile * RowsPerTile; row < end; row++)
        {
            _operation!.Row(row);
        }
    }
}
