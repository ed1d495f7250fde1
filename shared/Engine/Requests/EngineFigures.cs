using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace OrleansInference.Engine.Requests;

/// <summary>
/// Counters and gauges of an engine. Every figure is a 64-bit number, and figures are added, sent and stored as an array of numbers. A new figure is declared here, at the end, and
/// referred to only where it is counted and where it is shown.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public record struct EngineFigures
{
    /// <summary>Sequences that take part in steps.</summary>
    public long Running { get; set; }

    /// <summary>Sequences that wait for admission.</summary>
    public long Waiting { get; set; }

    /// <summary>Pages of the pool that sequences hold.</summary>
    public long PagesInUse { get; set; }

    /// <summary>Pages of the pool.</summary>
    public long PagesTotal { get; set; }

    /// <summary>Pages that no sequence holds, kept for prompts with the same prefix.</summary>
    public long PagesCached { get; set; }

    /// <summary>Pages outside the pool, in host memory or a file.</summary>
    public long PagesOffloaded { get; set; }

    /// <summary>Pages written outside the pool since the start.</summary>
    public long OffloadedPages { get; set; }

    /// <summary>Pages restored from outside the pool since the start.</summary>
    public long RestoredPages { get; set; }

    /// <summary>Steps executed since the start.</summary>
    public long Steps { get; set; }

    /// <summary>Time of the steps since the start, each from its forming to its completion. Steps in flight at the same time all count.</summary>
    public TimeSpan StepTime { get; set; }

    /// <summary>Working time of the router since the start: messages, commits and the forming of steps.</summary>
    public TimeSpan RouterTime { get; set; }

    /// <summary>Prompt tokens computed since the start, without those from the prefix cache.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Prompt tokens taken from the prefix cache since the start.</summary>
    public long CachedPromptTokens { get; set; }

    /// <summary>Prompt tokens looked up in the prefix cache since the start, including those found.</summary>
    public long QueriedPromptTokens { get; set; }

    /// <summary>Tokens generated since the start.</summary>
    public long GeneratedTokens { get; set; }

    /// <summary>Tokens guessed by prompt lookup since the start.</summary>
    public long GuessedTokens { get; set; }

    /// <summary>Guessed tokens that were accepted since the start.</summary>
    public long AcceptedTokens { get; set; }

    /// <summary>Preemptions of sequences since the start.</summary>
    public long Preemptions { get; set; }

    /// <summary>Fraction of the pages in use, 0 … 1.</summary>
    public readonly double PageUsage => PagesTotal == 0 ? 0 : (double)PagesInUse / PagesTotal;

    [UnscopedRef]
    private Span<long> Numbers => MemoryMarshal.Cast<EngineFigures, long>(new Span<EngineFigures>(ref this));

    public static EngineFigures operator +(EngineFigures one, EngineFigures other)
    {
        for (int i = 0; i < one.Numbers.Length; i++)
        {
            one.Numbers[i] += other.Numbers[i];
        }

        return one;
    }

    /// <summary>Restores figures from their numbers. A program of another version may have sent fewer or more.</summary>
    public static EngineFigures Of(ReadOnlySpan<long> numbers)
    {
        EngineFigures figures = default;
        numbers[..Math.Min(numbers.Length, figures.Numbers.Length)].CopyTo(figures.Numbers);
        return figures;
    }

    /// <summary>Returns the figures as numbers, in the order of their declaration.</summary>
    public long[] ToNumbers() => Numbers.ToArray();
}
