using OrleansInference.Compute;

namespace OrleansInference.Serving.Routing;

/// <summary>Chunks of prompts in the time that those who decode leave.</summary>
internal sealed partial class Router
{
    /// <summary>A step aims below the target by this factor, as estimates err.</summary>
    private const double Aim = 0.9;

    /// <summary>Where decoding alone takes the target, prompts still get this part of its time.</summary>
    private const double LeastPromptShare = 0.25;

    private static readonly Comparison<Sequence> LeastServedTenant = static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Tenant.Served != b.Tenant.Served ? a.Tenant.Served.CompareTo(b.Tenant.Served)
        : a.Request.Order != b.Request.Order ? a.Request.Order.CompareTo(b.Request.Order)
        : a.Choice.CompareTo(b.Choice);

    /// <summary>Adds chunks of prompts, those of the least served tenants first.</summary>
    private void AddPrompts(ScheduledStep step)
    {
        bool decodes = Collect(static sequence => sequence.Decoding, inFlightToo: true) > 0;
        if (Collect(static sequence => !sequence.Decoding) == 0)
        {
            return;
        }

        _candidates.Sort(LeastServedTenant);
        int tokens = Math.Min(_options.MaxPrefillTokens, _limits.MaxStepTokens - step.RowCount);
        double seconds = decodes || step.RowCount > 0 ? PromptTime(step.Load) : double.PositiveInfinity;
        foreach (Sequence sequence in _candidates)
        {
            if (tokens <= 0 || (seconds <= 0 && step.Load.PromptTokens > 0))
            {
                return;
            }

            if (IsRunning(sequence))
            {
                int taken = TryAddPrompt(step, sequence, tokens, seconds);
                tokens -= taken;
                seconds -= taken * _stepTime.PromptToken(sequence.Computed + (taken / 2));
            }
        }
    }

    /// <summary>Seconds that prompts may add to a step without holding up those who decode for longer than the target and the tenants' shares allow.</summary>
    private double PromptTime(in StepLoad load)
    {
        double decode = _stepTime.Decode(load.Rows, load.Attended);
        double target = Math.Max((_options.InterTokenTarget.TotalSeconds * Aim) - decode, decode * LeastPromptShare);
        return Math.Min(target, Math.Max(_shares.Limit - decode, 0));
    }

    /// <returns>Tokens added.</returns>
    private int TryAddPrompt(ScheduledStep step, Sequence sequence, int tokens, double seconds)
    {
        double perToken = _stepTime.PromptToken(sequence.Computed);
        double fair = Math.Max(0, sequence.Tenant.Rows - sequence.Tenant.Taken) * Math.Max(1, _stepTime.Row / perToken);
        int count = (int)Math.Min(Math.Min(tokens, sequence.Pending), Math.Max(1, Math.Min(fair, seconds / perToken)));
        if (sequence.Request.Measures)
        {
            count = Math.Min(count, _limits.MaxLogitRows - _logitRows);
        }
        else if (_logitRows >= _limits.MaxLogitRows)
        {
            count = Math.Min(count, sequence.Pending - 1);
        }

        // Prompts take pages from nobody.
        while (count > 0 && !_pages.TryReserve(sequence.Pages, sequence.Computed + count))
        {
            int fits = ((sequence.Pages.Pages.Length + _pages.AvailablePages - 1) * KvLayout.PageTokens) - sequence.Computed;
            count = Math.Max(0, Math.Min(fits, count - 1));
        }

        if (count > 0)
        {
            Add(step, sequence, count, []);
        }

        return count;
    }
}
