using System.Globalization;

namespace OrleansInference.Simulation.Kernel;

/// <summary>Trace of a run: lines for a reader, and a digest for comparing runs.</summary>
internal sealed class Trace(Timeline timeline, bool keeps)
{
    private const int MaxLines = 200_000;

    private readonly List<string> _lines = [];

    /// <summary>Whether the lines are kept.</summary>
    public bool Keeps => keeps;

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Digest of the events: two runs with the same one had the same course.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Adds an event to the digest.</summary>
    public void Mark(int what, long detail) =>
        Digest = SeededRandom.Mix(Digest ^ (ulong)timeline.Now.Ticks) + ((ulong)what * 0x9E3779B97F4A7C15) + (ulong)detail;

    public void Write(string text)
    {
        if (keeps && _lines.Count < MaxLines)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{timeline.Now.TotalMilliseconds,11:0.000} {text}"));
        }
    }
}
