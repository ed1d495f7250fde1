using OrleansInference.Compute;

namespace OrleansInference.Unit.Compute.Weights;

/// <summary>Which phases of loading were reported, and how far they came.</summary>
internal sealed class PhaseRecorder : IProgress<LoadProgress>
{
    private readonly List<LoadProgress> _events = [];

    public IReadOnlyList<LoadProgress> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public void Report(LoadProgress value)
    {
        lock (_events)
        {
            _events.Add(value);
        }
    }
}
