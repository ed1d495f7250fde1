using OrleansInference.Compute;

namespace OrleansInference.Cli.Output;

/// <summary>Shows the progress of loading a model on standard error.</summary>
public sealed class LoadProgressPrinter : IProgress<LoadProgress>, IDisposable
{
    private readonly ProgressLine _line = new("");

    public void Report(LoadProgress value) => _line.Report(
        $"{(value.Phase == LoadPhase.Packing ? "Packing" : "Checking")} {value.TotalBytes / 1e6:N0} MB of weights",
        value.TotalBytes > 0 ? (double)value.DoneBytes / value.TotalBytes : 1);

    public void Dispose() => _line.Dispose();
}
