using System.Diagnostics;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Who leaves the queue for the steps, and who has to go back.</summary>
internal sealed partial class Scheduler
{
    /// <summary>Part of the inter-token target that pages may take to come back.</summary>
    private const int RestoredPages = 128; // 2048 tokens: copied in a few percent of the time that computing them takes

    private int Slots => Math.Min(_options.MaxRunningSequences, Math.Min(_limits.MaxStepTokens, _limits.MaxLogitRows) * _limits.Depth);

    private static void Enqueue(Sequence sequence) => sequence.Tenant.Enqueue(sequence);

    /// <summary>Lets waiting sequences begin as long as there are slots and pages: by priority, then by what their tenants have been served.</summary>
    private void Admit(long now)
    {
        while (NextWaiting() is { } sequence)
        {
            if (_running.Count >= Slots && !(FindDisplaced(sequence) is { } displaced && Preempt(displaced)))
            {
                return;
            }

            while (!TryBegin(sequence))
            {
                if (sequence.Pages.Restoring || !(FindDisplaced(sequence) is { } victim && Preempt(victim)))
                {
                    return;
                }
            }

            bool waiting = sequence.Tenant.Dequeue(sequence);
            Debug.Assert(waiting);
            _running.Add(sequence);
            sequence.Since = _number;
            sequence.Tenant.Running++;
            LeaveQueue(sequence.Request, now);
        }
    }

    /// <summary>Says how many pages may be brought back before the step: few, unless nobody waits for it.</summary>
    private void AllowRestores() => _pages.AllowRestores(_running.Count > 0 ? RestoredPages : int.MaxValue);

    /// <summary>
    /// The first of the highest class, of the tenant that was served least. A tenant waits that has as many running as its share of the batch can serve in turn within the
    /// inter-token target: more would begin sooner and then be slower than anybody wants.
    /// </summary>
    private Sequence? NextWaiting()
    {
        Sequence? next = null;
        double turns = Math.Max(1, _options.InterTokenTarget.TotalSeconds * Aim / _shares.Limit);
        foreach (Tenant tenant in _tenants.Active)
        {
            if (tenant.Waiting.Count > 0 && tenant.Running < tenant.Rows * _limits.Depth * turns)
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

    /// <summary>Gives a sequence the pages that hold a prefix of it, if the pages for the rest are there too.</summary>
    private bool TryBegin(Sequence sequence)
    {
        RoutedRequest request = sequence.Request;
        bool fresh = sequence.Log.Length == request.PromptLength;
        if (fresh && FindSibling(sequence) is { } sibling)
        {
            _pages.Fork(sibling.Pages, sequence.Pages);
            _pages.Truncate(sequence.Pages, request.PromptLength - 1);
        }
        else
        {
            // Where the prompt's log-probabilities are wanted, every token is computed for them.
            ReadOnlySpan<int> known = request.Measures ? sequence.Log[..Math.Max(1, request.MeasuredTokens)] : sequence.Log;
            _pages.Begin(sequence.Pages, sequence.Tenant.Root, known);
        }

        if (sequence.Pages.Restoring)
        {
            _pages.Release(sequence.Pages);
            return false;
        }

        int room = KvLayout.PagesFor(sequence.Log.Length + 1) - sequence.Pages.Pages.Length + (sequence.Computed % KvLayout.PageTokens > 0 ? 1 : 0);
        if (_running.Count > 0 && room + _running.Count > _pages.AvailablePages)
        {
            _pages.Release(sequence.Pages);
            return false;
        }

        sequence.Charged = Math.Max(sequence.Charged, sequence.Computed);
        if (!request.Admitted)
        {
            request.Sink.CachedPromptTokens = sequence.Computed;
            _counters.Cached(sequence.Computed);
        }

        return true;
    }

    /// <summary>Another choice of the same request whose pages hold the prompt, and are not being written.</summary>
    private static Sequence? FindSibling(Sequence sequence)
    {
        foreach (Sequence? other in sequence.Request.Sequences)
        {
            if (other is { InFlight: false, Pages.State: SequencePagesState.Active } && other != sequence && other.Computed >= sequence.Request.PromptLength)
            {
                return other;
            }
        }

        return null;
    }

    /// <summary>
    /// Who has to make room for a waiting sequence: one of a lower class, or, where the sequence's tenant has less than its share of the slots, one of a
    /// tenant that has more than its own.
    /// </summary>
    private Sequence? FindDisplaced(Sequence sequence)
    {
        double weights = 0;
        foreach (Tenant tenant in _tenants.Active)
        {
            weights += tenant.Weight;
        }

        double share = Slots / weights;
        bool under = sequence.Tenant.Running + 1 <= share * sequence.Tenant.Weight;
        Sequence? victim = null;
        foreach (Sequence other in _running)
        {
            bool lower = other.Priority < sequence.Priority;
            bool greedy = under && other.Priority == sequence.Priority && other.Tenant != sequence.Tenant && other.Tenant.Running > share * other.Tenant.Weight;
            if (!other.InFlight && (lower || greedy) && (victim is null || IsBefore(victim, other)))
            {
                victim = other;
            }
        }

        return victim;
    }

    /// <summary>Whether one sequence keeps its pages rather than another: higher class, then more work that would be lost, then earlier arrival.</summary>
    private static bool IsBefore(Sequence sequence, Sequence other) => Rank(sequence, other) < 0;

    private static int Rank(Sequence a, Sequence b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Computed != b.Computed ? b.Computed.CompareTo(a.Computed)
        : a.Request.Order != b.Request.Order ? a.Request.Order.CompareTo(b.Request.Order)
        : a.Choice.CompareTo(b.Choice);

    /// <summary>Makes room for <paramref name="tokens"/> positions of a running sequence, preempting those that rank after it.</summary>
    private bool TryReserve(Sequence sequence, int tokens)
    {
        while (!_pages.TryReserve(sequence.Pages, tokens))
        {
            Sequence? victim = null;
            foreach (Sequence other in _running)
            {
                if (!other.InFlight && other.Computed > 0 && IsBefore(sequence, other) && (victim is null || IsBefore(victim, other)))
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

    /// <summary>Takes a sequence's pages; it goes back to the queue, and on from its log later.</summary>
    private bool Preempt(Sequence sequence)
    {
        _pages.Preempt(sequence.Pages);
        _running.Remove(sequence);
        sequence.Tenant.Running--;
        sequence.Tenant.Enqueue(sequence);
        _counters.Preempted();
        return true;
    }

    private void LeaveQueue(RoutedRequest request, long now = 0)
    {
        if (request.Admitted)
        {
            return;
        }

        request.Admitted = true;
        _admission.Leave(request.Request);
        if (now != 0)
        {
            double seconds = _time.GetElapsedTime(Math.Max(_lastAdmission, request.Arrived), now).TotalSeconds;
            _admission.Admitted(seconds, _stepTime.PromptToken(0));
            _lastAdmission = now;
        }
    }
}
