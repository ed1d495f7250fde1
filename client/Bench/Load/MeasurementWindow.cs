namespace OrleansInference.Bench.Load;

/// <summary>Measured part of a run: from the end of the warm-up until the last request is started.</summary>
internal readonly record struct MeasurementWindow(TimeSpan From, TimeSpan To)
{
    public double Seconds => (To - From).TotalSeconds;

    public bool Contains(TimeSpan moment) => moment >= From && moment < To;
}
