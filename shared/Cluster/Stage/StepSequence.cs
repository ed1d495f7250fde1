using System.Diagnostics.CodeAnalysis;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>The order of a plan's steps: each is computed once, in the order of the step numbers. A step that overtakes an earlier one waits until that one is computed.</summary>
internal sealed class StepSequence
{
    private readonly Dictionary<long, (StepForward Step, TimeSpan Arrived)> _early = [];
    private long _first = 1; // first step of the plan
    private long _transferred; // the last step whose page transfers were carried out

    /// <summary>The next step to compute.</summary>
    public long Next { get; private set; } = 1;

    /// <summary>The last step that was computed.</summary>
    public long Last => Next - 1;

    /// <summary>Whether a step of the plan was computed.</summary>
    public bool HasBegun => Next > _first;

    /// <summary>Resets the order to the first step of a plan.</summary>
    public void Reset(long first)
    {
        _early.Clear();
        _first = Next = first;
        _transferred = first - 1;
    }

    public void Add(StepForward step, TimeSpan arrived) => _early[step.Step.Number] = (step, arrived);

    /// <summary>Takes the next step if it has arrived. The caller carries out the step's page transfers first.</summary>
    public bool TryTake([NotNullWhen(true)] out StepForward? step, out TimeSpan arrived)
    {
        bool found = _early.Remove(Next, out (StepForward Step, TimeSpan Arrived) next);
        (step, arrived) = next;
        return found;
    }

    public void OnTransferred() => _transferred = Next;

    /// <summary>Returns whether a step's page transfers were carried out.</summary>
    public bool HasTransferred(long step) => step <= _transferred;

    public void OnComputed() => Next++;
}
