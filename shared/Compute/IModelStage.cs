namespace OrleansInference.Compute;

/// <summary>A run of a model's layers with the pages that belong to them. Does one step at a time; different stages may work at the same time.</summary>
public interface IModelStage
{
    /// <summary>Computes the stage's part of a step, writing the slices' keys and values of its layers to their pages.</summary>
    /// <param name="batch">The step; at least one row.</param>
    /// <param name="hidden">The hidden states after the stage before; the first stage writes them from the tokens. Those after this stage, on return.</param>
    /// <param name="logits">[batch.LogitRowCount, vocabulary], written by the last stage; empty for the others.</param>
    void Execute(StepBatch batch, HiddenStates hidden, Span<float> logits);

    /// <summary>The workers that compute its steps; null for the calling thread.</summary>
    IWorkers? Workers => null;

    /// <summary>Copies a page: before a sequence writes to a page that it shares.</summary>
    void CopyPage(int from, int to);

    /// <summary>A page's contents, which may be read or overwritten between steps that use it: the same number of bytes for every page, in a form that only this stage knows.</summary>
    Span<byte> Page(int page);
}
