using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Counters of the engine's work. Written by the thread of the router. Any thread may read them; the figures of one read may be from different times.</summary>
public sealed class EngineCounters
{
    private EngineFigures _figures;

    /// <summary>The figures; only the thread of the router changes them.</summary>
    public ref EngineFigures Figures => ref _figures;

    /// <summary>Copies the figures.</summary>
    public EngineFigures Read() => _figures;
}
