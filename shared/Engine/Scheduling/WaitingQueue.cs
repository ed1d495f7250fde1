using System.Diagnostics;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Starts waiting sequences when there are slots and pages: by priority, then by the served tokens of their tenants.</summary>
internal sealed class WaitingQueue(
    ServingOptions options,
    SchedulerLimits limits,
    TenantTable tenants,
    BatchShares shares,
    StepTimeModel stepTime,
    StepSlots slots,
    OpenRequests requests,
    RunningSequences running,
    PageAllocator pages)
{
    private const int RestoredPages = 128; // 2048 tokens; copying them takes a few percent of the time of computing them

    /// <summary>Maximum number of sequences that take part in steps.</summary>
    private int Places => Math.Min(options.MaxRunningSequences, Math.Min(limits.MaxStepTokens, limits.MaxLogitRows) * slots.Depth);

    /// <summary>Moves sequences from the queue to the steps.</summary>
    public void Admit(long now)
    {
        // Restores delay the step, which affects only running sequences.
        pages.Host.AllowRestores(running.Count > 0 ? RestoredPages : int.MaxValue);
        while (FindNext() is { } sequence)
        {
            if (running.Count >= Places && !TryMakeRoom(sequence))
            {
                return;
            }

            while (!TryBegin(sequence))
            {
                if (sequence.Pages.Restoring || !TryMakeRoom(sequence))
                {
                    return;
                }
            }

            bool waiting = sequence.Tenant.Dequeue(sequence);
            Debug.Assert(waiting);
            running.Add(sequence, slots.Last);
            requests.Admit(sequence.Request, sequence.Log.Length, sequence.Computed, now);
        }
    }

    /// <summary>
    /// Returns the first sequence of the highest priority, of the tenant that was served least. A tenant is skipped if it has as many running sequences as its share of the batch can
    /// serve in turn within the inter-token target: with more, sequences would start earlier, but each would be slower than the target.
    /// </summary>
    private Sequence? FindNext()
    {
        Sequence? next = null;
        double turns = Math.Max(1, stepTime.Aim(slots.Depth) / shares.Limit);
        foreach (Tenant tenant in tenants.Active)
        {
            if (tenant.Waiting.Count > 0 && tenant.Running < tenant.Rows * slots.Depth * turns)
            {
                Sequence first = tenant.Waiting[0];
                if (next is null || first.Priority > next.Priority || (first.Priority == next.Priority && tenant.Served < next.Tenant.Served))
                {
                    next = first;
                }
            }
        }

        return next;
    }

    /// <summary>Assigns the pages that hold a prefix of a sequence to it, if there are also pages for the rest.</summary>
    private bool TryBegin(Sequence sequence)
    {
        RoutedRequest request = sequence.Request;
        bool fresh = sequence.Log.Length == request.PromptLength;
        if (fresh && FindSibling(sequence) is { } sibling)
        {
            pages.Fork(sibling.Pages, sequence.Pages);
            pages.Truncate(sequence.Pages, request.PromptLength - 1);
        }
        else
        {
            // Log-probabilities of prompt tokens exist only if the tokens are computed, so the cache is used only for tokens that have been measured.
            ReadOnlySpan<int> known = request.Measures ? sequence.Log[..Math.Max(1, request.MeasuredTokens)] : sequence.Log;
            pages.Begin(sequence.Pages, request.Root, known);
        }

        if (sequence.Pages.Restoring)
        {
            pages.Release(sequence.Pages);
            return false;
        }

        int wanted = KvLayout.PagesFor(sequence.Log.Length + 1) - sequence.Pages.Pages.Length + (sequence.Computed % KvLayout.PageTokens > 0 ? 1 : 0);
        if (running.Count > 0 && wanted + running.Count > pages.AvailablePages)
        {
            pages.Release(sequence.Pages);
            return false;
        }

        sequence.Charged = Math.Max(sequence.Charged, sequence.Computed);
        return true;
    }

    /// <summary>Returns another choice of the same request whose pages hold the prompt and are not being written.</summary>
    private static Sequence? FindSibling(Sequence sequence)
    {
        RoutedRequest request = sequence.Request;
        for (int choice = 0; choice < request.Request.Choices; choice++)
        {
            if (request.Sequence(choice) is { InFlight: false, Pages.IsActive: true } other && other != sequence && other.Computed >= request.PromptLength)
            {
                return other;
            }
        }

        return null;
    }

    private bool TryMakeRoom(Sequence sequence)
    {
        if (FindDisplaced(sequence) is not { } displaced)
        {
            return false;
        }

        running.Preempt(displaced);
        return true;
    }

    /// <summary>
    /// Returns the running sequence that is preempted for a waiting one: a sequence of lower priority, or, if the waiting sequence's tenant has less than its share of the places, a
    /// sequence of a tenant that has more than its share.
    /// </summary>
    private Sequence? FindDisplaced(Sequence sequence)
    {
        double weights = 0;
        foreach (Tenant tenant in tenants.Active)
        {
            weights += tenant.Weight;
        }

        double share = Places / weights;
        bool under = sequence.Tenant.Running + 1 <= share * sequence.Tenant.Weight;
        Sequence? victim = null;
        foreach (Sequence other in running.All)
        {
            bool lower = other.Priority < sequence.Priority;
            bool exceeds = under && other.Priority == sequence.Priority && other.Tenant != sequence.Tenant && other.Tenant.Running > share * other.Tenant.Weight;
            if (!other.InFlight && (lower || exceeds) && (victim is null || RunningSequences.CompareRank(victim, other) < 0))
            {
                victim = other;
            }
        }

        return victim;
    }
}
