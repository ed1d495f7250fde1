using System.Globalization;
using OrleansInference.Compute;

namespace OrleansInference.Silo.Hosting;

/// <summary>Progress of a start on the terminal: a line for each step, and a bar that grows while weights are packed or checked.</summary>
/// <param name="writer">Receives the lines.</param>
/// <param name="isTerminal">Whether a line can be overwritten; otherwise each quarter is a line of its own.</param>
public sealed class StartOutput(TextWriter writer, bool isTerminal) : IProgress<LoadProgress>
{
    private const int BarWidth = 24;

    private readonly Lock _lock = new();
    private LoadPhase? _phase;
    private int _percent;
    private bool _barIsOpen; // the bar's line has not ended

    /// <summary>Output that prints nothing.</summary>
    public static StartOutput None { get; } = new(TextWriter.Null, isTerminal: false);

    /// <summary>Prints the step that starts.</summary>
    public void Say(string step)
    {
        lock (_lock)
        {
            EndBar();
            writer.WriteLine($"{step} …");
            writer.Flush();
        }
    }

    /// <summary>Prints that the node serves, its address, and how to stop it.</summary>
    /// <param name="line">Text of the line; it ends with the address.</param>
    /// <param name="url">The address.</param>
    public void Serves(string line, string url)
    {
        lock (_lock)
        {
            EndBar();
            writer.WriteLine(line);
            writer.WriteLine($"  Chat page: {url}/");
            writer.WriteLine($"  API:       {url}/v1");
            writer.WriteLine("  Stop:      Ctrl-C");
            writer.Flush();
        }
    }

    /// <summary>Prints a sentence.</summary>
    public void Note(string sentence)
    {
        lock (_lock)
        {
            EndBar();
            writer.WriteLine(sentence);
            writer.Flush();
        }
    }

    /// <summary>Prints the progress of the weights. Thread-safe.</summary>
    public void Report(LoadProgress value)
    {
        int percent = value.TotalBytes > 0 ? (int)(value.DoneBytes * 100 / value.TotalBytes) : 100;
        lock (_lock)
        {
            if (value.Phase == _phase && percent < 100 && percent < _percent + (isTerminal ? 1 : 25))
            {
                return;
            }

            if (value.Phase != _phase)
            {
                EndBar();
            }

            (_phase, _percent) = (value.Phase, percent);
            string verb = value.Phase == LoadPhase.Packing ? "Packing" : "Checking";
            string bar = new string('#', percent * BarWidth / 100).PadRight(BarWidth, '.');
            string line = string.Create(CultureInfo.InvariantCulture, $"{verb} {value.TotalBytes / 1e6:N0} MB of weights [{bar}] {percent,3} %");
            writer.Write(isTerminal ? $"\r{line}" : $"{line}\n");
            _barIsOpen = isTerminal;
            if (percent == 100)
            {
                EndBar();
                _phase = null;
            }

            writer.Flush();
        }
    }

    private void EndBar()
    {
        if (_barIsOpen)
        {
            writer.WriteLine();
            _barIsOpen = false;
        }
    }
}
