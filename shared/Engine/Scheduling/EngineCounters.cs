using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Counts the engine's work. Written by the thread of the router; any thread may read it, each figure as of some moment.</summary>
public sealed class EngineCounters
{
    private EngineFigures _figures;

    /// <summary>The figures, for the thread of the router to change.</summary>
    public ref EngineFigures Figures => ref _figures;

    /// <summary>Copies the figures.</summary>
    public EngineFigures Read() => _figures;
}
