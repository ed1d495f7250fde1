namespace OrleansInference.Compute;

/// <summary>Work in tiles that an <see cref="IWorkers"/> runs at the same time. Implementations are long-lived, so that a step allocates nothing.</summary>
public interface IParallelWork
{
    /// <summary>Does one tile. Tiles are independent; the same tile is never run twice.</summary>
    /// <param name="tile">0 … tiles − 1.</param>
    /// <param name="worker">The worker's number, for its own scratch memory.</param>
    void RunTile(int tile, int worker);
}
