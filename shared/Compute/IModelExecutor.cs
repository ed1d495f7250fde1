namespace OrleansInference.Compute;

/// <summary>A whole model, on one or more in-process stages, that executes one step at a time. Not safe for concurrent use.</summary>
public interface IModelExecutor : IDisposable
{
    /// <summary>Width of a row of logits.</summary>
    int VocabularySize { get; }

    /// <summary>Pages in the pool; page numbers are 0 … PageCount − 1.</summary>
    int PageCount { get; }

    /// <summary>Positions the model was made for.</summary>
    int MaxPositions { get; }

    /// <summary>Computes one step, writing the slices' keys and values to their pages.</summary>
    /// <param name="batch">The step; at least one row.</param>
    /// <param name="logits">[batch.LogitRowCount, VocabularySize]</param>
    void Execute(StepBatch batch, Span<float> logits);
}
