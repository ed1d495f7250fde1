namespace OrleansInference.Bench.Load;

/// <summary>The part of a run that is measured: from the warm-up's end, until the last request is started.</summary>
internal readonly record struct MeasurementWindow(TimeSpan From, TimeSpan To)
{
    public double Seconds => (To - From).TotalSeconds;

    public bool Contains(TimeSpan moment) => moment >= From && moment < To;
}
