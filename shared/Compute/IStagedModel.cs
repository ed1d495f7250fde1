namespace OrleansInference.Compute;

/// <summary>A whole model, cut into stages that a pipeline drives.</summary>
public interface IStagedModel : IDisposable
{
    /// <summary>Width of a row of logits.</summary>
    int VocabularySize { get; }

    /// <summary>Pages in each stage's pool; all stages use the same page numbers, 0 … PageCount − 1.</summary>
    int PageCount { get; }

    /// <summary>Positions the model was made for.</summary>
    int MaxPositions { get; }

    /// <summary>Most rows of a step.</summary>
    int MaxStepTokens { get; }

    /// <summary>Most rows of logits of a step.</summary>
    int MaxLogitRows { get; }

    /// <summary>Whether each stage has threads of its own, so that several steps can be under way at the same time.</summary>
    bool StagesRunInParallel { get; }

    /// <summary>First to last.</summary>
    IReadOnlyList<IModelStage> Stages { get; }

    /// <summary>A buffer for the hidden states of one step; the caller disposes it.</summary>
    HiddenStates NewHiddenStates();
}
