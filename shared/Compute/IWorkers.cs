namespace OrleansInference.Compute;

/// <summary>The threads that compute a stage's steps, for other work on a step. The calling thread is one of them; one caller at a time.</summary>
public interface IWorkers
{
    int Count { get; }

    /// <summary>Runs tiles 0 … <paramref name="tiles"/> − 1 of <paramref name="work"/> and returns when all are done. An exception of a tile is rethrown here.</summary>
    void Run(IParallelWork work, int tiles);
}
