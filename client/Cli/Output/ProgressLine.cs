using OrleansInference.Compute;

namespace OrleansInference.Cli.Output;

/// <summary>Progress on standard error: a line that is updated on a terminal, otherwise a line for each quarter.</summary>
internal sealed class ProgressLine : IProgress<double>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private string _what;
    private int _shown = -1;

    public ProgressLine(string what) => _what = what;

    /// <param name="value">Progress from 0 to 1.</param>
    public void Report(double value) => Report(_what, value);

    /// <summary>Reports the progress of <paramref name="what"/>; a new name restarts the progress.</summary>
    public void Report(string what, double value)
    {
        int percent = (int)(Math.Clamp(value, 0, 1) * 100);
        lock (_lock)
        {
            if (what == _what && _shown >= 0 && percent < _shown + (_terminal ? 1 : 25))
            {
                return;
            }

            _what = what;
            _shown = percent;
            string line = $"{what}: {percent} %";
            Console.Error.Write(_terminal ? "\r" + line : line + "\n");
        }
    }

    public void Dispose()
    {
        if (_terminal && _shown >= 0)
        {
            Console.Error.WriteLine();
        }
    }
}

/// <summary>Shows the progress of loading a model on standard error.</summary>
public sealed class LoadProgressPrinter : IProgress<LoadProgress>, IDisposable
{
    private readonly ProgressLine _line = new("");

    public void Report(LoadProgress value) => _line.Report(
        $"{(value.Phase == LoadPhase.Packing ? "Packing" : "Checking")} {value.TotalBytes / 1e6:N0} MB of weights",
        value.TotalBytes > 0 ? (double)value.DoneBytes / value.TotalBytes : 1);

    public void Dispose() => _line.Dispose();
}
