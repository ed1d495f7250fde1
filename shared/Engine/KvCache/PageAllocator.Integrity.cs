using OrleansInference.Compute;
using OrleansInference.Models;

namespace OrleansInference.Engine.KvCache;

/// <summary>A complete check of the allocator's invariants.</summary>
public sealed partial class PageAllocator
{
    /// <summary>Checks every invariant. The time is proportional to the pool, so it is meant for idle times and tests.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the first violation.</exception>
    public void IntegrityCheck()
    {
        if (FindViolation() is { } violation)
            InferenceException.Throw(ErrorCode.Internal, $"Page allocator: {violation}.");
    }

    /// <summary>Describes the first violated invariant, or null.</summary>
    public string? FindViolation()
    {
        int[] references = new int[PageCount];
        return CheckSequences(references) ?? _counts.Check(references) ?? _tree.Check() ?? Cache.Check() ?? Host.Check() ?? _roots.Check(_tree, _counts, Host.Slots);
    }

    private string? CheckSequences(int[] references)
    {
        for (SequencePages? sequence = _active.First; sequence is not null; sequence = sequence.Next)
        {
            if (!sequence.IsActive || sequence.Length > sequence.Capacity)
                return $"a sequence of {sequence.Length} tokens on {sequence.PageCount} pages is listed as active";
            int parent = PrefixTree.None;
            for (int index = 0; index < sequence.PageCount; index++)
            {
                int page = sequence.Pages[index];
                references[page]++;
                if ((index + 1) * KvLayout.PageTokens > sequence.Length)
                    continue;
                int entry = _counts.Entry(page);
                if (entry == PrefixTree.None || _tree.Parent(entry) != parent || _tree.Root(entry) != sequence.Root)
                    return $"page {page} is full, but not published as page {index} of its sequence";
                parent = entry;
            }
        }

        return null;
    }
}
