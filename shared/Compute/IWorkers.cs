namespace OrleansInference.Compute;

/// <summary>The threads that compute a stage's steps, for other work on a step. The calling thread is one of them; one caller at a time.</summary>
public interface IWorkers
{
    int Count { get; }

    /// <summary>Runs tiles 0 … <paramref name="tiles"/> − 1 of <paramref name="work"/> and returns when all are done. An exception of a tile is rethrown here.</summary>
    void Run(IParallelWork work, int tiles);
}

/// <summary>Work in tiles that an <see cref="IWorkers"/> runs at the same time. Implementations are long-lived, so that a step allocates nothing.</summary>
public interface IParallelWork
{
    /// <summary>Does one tile. Tiles are independent; the same tile is never run twice.</summary>
    /// <param name="tile">0 … tiles − 1.</param>
    /// <param name="worker">The worker's number, for its own scratch memory.</param>
    void RunTile(int tile, int worker);
}
