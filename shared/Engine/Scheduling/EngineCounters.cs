using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Counters of the engine's work. Written by the router's thread. Any thread may read them; the figures of one read may be from different times.</summary>
public sealed class EngineCounters
{
    private EngineFigures _figures;

    /// <summary>The figures; only the router's thread changes them.</summary>
    public ref EngineFigures Figures => ref _figures;

    /// <summary>Copies the figures.</summary>
    public EngineFigures Read() => _figures;
}
