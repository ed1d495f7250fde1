using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Engine.Scheduling;

/// <summary>The sequences that have pages and take part in steps. A sequence that loses its pages to another one, or with a lost stage, returns to the queue.</summary>
internal sealed class RunningSequences(PageAllocator pages, EngineCounters counters)
{
    private readonly List<Sequence> _sequences = [];

    /// <summary>The sequences in the order in which they started.</summary>
    public List<Sequence> All => _sequences;

    public int Count => _sequences.Count;

    /// <summary>Whether a sequence has only its next token to compute, or is computing it.</summary>
    public bool AnyDecodes
    {
        get
        {
            foreach (Sequence sequence in _sequences)
            {
                if (sequence.Decoding)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Returns the number of sequences that have not ended.</summary>
    public int CountOpen()
    {
        int open = 0;
        foreach (Sequence sequence in _sequences)
        {
            open += sequence.Request.HasEnded(sequence.Choice) ? 0 : 1;
        }

        return open;
    }

    /// <summary>Adds a sequence that has received pages.</summary>
    /// <param name="sequence">The sequence, which has left the queue.</param>
    /// <param name="lastStep">The last step without it.</param>
    public void Add(Sequence sequence, long lastStep)
    {
        _sequences.Add(sequence);
        sequence.Since = lastStep;
        sequence.Tenant.Running++;
    }

    /// <summary>Removes a sequence, if it is running.</summary>
    public void Remove(Sequence sequence)
    {
        if (_sequences.Remove(sequence))
        {
            sequence.Tenant.Running--;
        }
    }

    /// <summary>Lists the sequences of a kind that have tokens to compute in the next step.</summary>
    /// <param name="kind">Selects the sequences.</param>
    /// <param name="into">Receives the sequences; its previous contents are removed.</param>
    /// <returns>The number of sequences of the kind, including those without tokens to compute.</returns>
    public int Collect(Predicate<Sequence> kind, List<Sequence> into)
    {
        int count = 0;
        into.Clear();
        foreach (Sequence sequence in _sequences)
        {
            if (kind(sequence))
            {
                count++;
                if (sequence.RemainingTokens > 0)
                {
                    into.Add(sequence);
                }
            }
        }

        return count;
    }

    /// <summary>Orders sequences by their right to keep pages: higher priority, then more computed tokens, then earlier arrival.</summary>
    public static int CompareRank(Sequence a, Sequence b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Computed != b.Computed ? b.Computed.CompareTo(a.Computed)
        : a.Request.Order != b.Request.Order ? a.Request.Order.CompareTo(b.Request.Order)
        : a.Choice.CompareTo(b.Choice);

    /// <summary>Reserves pages for <paramref name="tokens"/> positions of a sequence, preempting sequences of lower rank.</summary>
    public bool TryReserve(Sequence sequence, int tokens)
    {
        while (!pages.TryReserve(sequence.Pages, tokens))
        {
            Sequence? victim = null;
            foreach (Sequence other in _sequences)
            {
                if (!other.InFlight && other.Computed > 0 && CompareRank(sequence, other) < 0 && (victim is null || CompareRank(victim, other) < 0))
                {
                    victim = other;
                }
            }

            if (victim is null)
            {
                return false;
            }

            Preempt(victim);
        }

        return true;
    }

    /// <summary>Releases a sequence's pages. The sequence returns to the queue, and later continues from its log.</summary>
    public void Preempt(Sequence sequence)
    {
        pages.Preempt(sequence.Pages);
        Remove(sequence);
        sequence.Tenant.Enqueue(sequence);
        counters.Figures.Preemptions++;
    }

    /// <summary>Preempts a sequence whose pages are lost, if it is running.</summary>
    public void Restart(Sequence sequence)
    {
        if (_sequences.Contains(sequence))
        {
            sequence.LostTo = Math.Max(sequence.LostTo, sequence.Computed);
            Preempt(sequence);
        }
    }

    /// <summary>Restarts the sequences that use some of the lost pages.</summary>
    public void RestartUsers(IReadOnlySet<int> lost)
    {
        foreach (Sequence sequence in _sequences.ToArray())
        {
            if (sequence.Pages.Pages.ToArray().Any(lost.Contains))
            {
                Restart(sequence);
            }
        }
    }

    /// <summary>Returns the last full page of each sequence, if it is reported to other routers.</summary>
    public int[] Heads()
    {
        List<int> heads = [];
        foreach (Sequence sequence in _sequences)
        {
            int full = sequence.Computed / KvLayout.PageTokens;
            if (full > 0 && sequence.Pages.Pages[full - 1] is var head && pages.Published.IsReported(head))
            {
                heads.Add(head);
            }
        }

        return [.. heads];
    }
}
