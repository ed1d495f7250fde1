using System.Numerics;
using OrleansInference.Compute;
using OrleansInference.Models;
using OrleansInference.Serving.Pages;

namespace OrleansInference.Serving.Pipelines;

/// <summary>A stage in this process; computes on the thread that submits.</summary>
/// <param name="stage">Its layers and pages.</param>
/// <param name="epoch">The plan that it is part of.</param>
/// <param name="next">The stage after it, or the end of the pipeline.</param>
/// <param name="sampler">Chooses tokens; null unless it is the last stage.</param>
internal sealed class LocalStage(IModelStage stage, long epoch, IStage next, StepSampler? sampler) : IStage
{
    private const int LeastRows = 16;

    private float[] _logits = []; // [rows, vocabulary]

    public void Submit(Step step, HiddenStates hidden)
    {
        foreach (PageTransfer transfer in step.Transfers)
        {
            stage.CopyPage(transfer.From, transfer.To);
        }

        if (step.Epoch != epoch)
        {
            step.Error ??= new InferenceException(ErrorCode.Internal, $"Step {step.Number} is of epoch {step.Epoch}; expected {epoch}.");
        }

        if (step.Error is null)
        {
            try
            {
                Compute(step, hidden);
            }
            catch (Exception error)
            {
                // Whatever it was is the step's outcome: the router ends the sequences that took part, and goes on.
                step.Error = error;
            }
        }

        next.Submit(step, hidden);
    }

    public void Dispose() => next.Dispose();

    private void Compute(Step step, HiddenStates hidden)
    {
        if (sampler is null)
        {
            stage.Execute(step.Batch, hidden, []);
            return;
        }

        int rows = step.Batch.LogitRowCount;
        int length = rows * sampler.VocabularySize;
        if (_logits.Length < length)
        {
            rows = Math.Max(LeastRows, (int)BitOperations.RoundUpToPowerOf2((uint)rows));
            _logits = GC.AllocateUninitializedArray<float>(rows * sampler.VocabularySize);
        }

        stage.Execute(step.Batch, hidden, _logits.AsSpan(0, length));
        sampler.Run(step, _logits.AsMemory(0, length));
    }
}
