using OrleansInference.Compute;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Chunks of prompts in the time that those who decode leave.</summary>
internal sealed partial class Scheduler
{
    // A step aims below the target by this factor, as estimates err; more so where several steps are under way, which wait for each other's chunks on stages that are not quite alike.
    private const double AimAlone = 0.9;
    private const double AimAmongOthers = 0.78;

    /// <summary>Where decoding alone takes the target, prompts still get this part of its time.</summary>
    private const double LeastPromptShare = 0.25;

    /// <summary>Part of a step's prompt tokens that short prompts may take before a long one of the same tenant.</summary>
    private const double ShortPromptShare = 0.25;

    /// <summary>Chunks that are made smaller for several stages have at least so many tokens: fewer take hardly less time.</summary>
    private const int LeastChunk = 128;

    /// <summary>As many chunks as this for each stage, where they can be that small.</summary>
    private const int ChunksOfStage = 4;

    private double Aim => _limits.Depth == 1 ? AimAlone : AimAmongOthers;

    private static readonly Comparison<Sequence> LeastServedTenant = static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Tenant.Served != b.Tenant.Served ? a.Tenant.Served.CompareTo(b.Tenant.Served)
        : a.Request.Order != b.Request.Order ? a.Request.Order.CompareTo(b.Request.Order)
        : a.Choice.CompareTo(b.Choice);

    /// <summary>Adds chunks of prompts, those of the least served tenants first.</summary>
    private void AddPrompts(ScheduledStep step)
    {
        bool decodes = Collect(static sequence => sequence.Decoding, inFlightToo: true) > 0;
        Collect(static sequence => !sequence.Decoding);
        if (_candidates.Count == 0)
        {
            return;
        }

        _candidates.Sort(LeastServedTenant);
        int tokens = Math.Min(MostPromptTokens(), _limits.MaxStepTokens - step.RowCount);
        double seconds = PromptTime(step.Load, decodes || step.RowCount > 0);
        int divided = DividePrompts(step.Load, tokens, seconds) ? _candidates[0].Priority : int.MaxValue;
        AddShortPrompts(step, divided, ref tokens, ref seconds);
        foreach (Sequence sequence in _candidates)
        {
            AddPrompt(step, sequence, divided, ref tokens, ref seconds);
        }

        // However little time is left, prompts go on.
        for (int i = 0; i < _candidates.Count && step.Load.PromptTokens == 0 && tokens > 0; i++)
        {
            TryAddPrompt(step, _candidates[i], 1);
        }
    }

    /// <summary>Where few prompt tokens wait, smaller chunks have the later stages begin sooner and the first ones work to the end.</summary>
    private int MostPromptTokens()
    {
        if (_limits.Depth == 1)
        {
            return _options.MaxPrefillTokens;
        }

        int left = 0;
        foreach (Sequence sequence in _candidates)
        {
            left += sequence.RemainingTokens;
        }

        return Math.Min(_options.MaxPrefillTokens, Math.Max(LeastChunk, left / (ChunksOfStage * _limits.Depth)));
    }

    /// <summary>
    /// Lets short prompts overtake a long one of the same tenant that takes many steps, as many as fit whole into a part of what the tenant has of this step.
    /// The rest of every step is the long one's, so it is never starved; and the tenant gets no more than it would.
    /// </summary>
    private void AddShortPrompts(ScheduledStep step, int divided, ref int tokens, ref double seconds)
    {
        Sequence first = _candidates[0];
        int part = (int)(Math.Min(tokens, PromptSeconds(first, divided, seconds) / _stepTime.PromptToken(first.Next)) * ShortPromptShare);
        if (first.RemainingTokens <= part)
        {
            return;
        }

        for (int i = 1; i < _candidates.Count; i++)
        {
            Sequence sequence = _candidates[i];
            if (sequence.Tenant == first.Tenant && sequence.Priority == first.Priority && sequence.RemainingTokens <= part)
            {
                part -= sequence.RemainingTokens;
                AddPrompt(step, sequence, divided, ref tokens, ref seconds);
            }
        }
    }

    private void AddPrompt(ScheduledStep step, Sequence sequence, int divided, ref int tokens, ref double seconds)
    {
        double share = PromptSeconds(sequence, divided, seconds);
        double rounding = sequence.Tenant.Demand.Rows == 0 ? 0.5 : 0; // who has nothing else in the step may not lose by it
        int start = sequence.Next;
        int taken = TryAddPrompt(step, sequence, (int)Math.Min(tokens, (share / _stepTime.PromptToken(start)) + rounding));
        double time = taken * _stepTime.PromptToken(start + (taken / 2));
        tokens -= taken;
        seconds -= time;
        sequence.Tenant.PromptSeconds -= time;
    }

    private static double PromptSeconds(Sequence sequence, int divided, double seconds) =>
        sequence.Priority == divided ? Math.Min(seconds, sequence.Tenant.PromptSeconds) : seconds;

    /// <summary>Divides what a step has for prompts, where more than one tenant could have a use for it.</summary>
    private bool DividePrompts(in StepLoad load, int tokens, double seconds)
    {
        if (_tenants.Active.Count < 2)
        {
            return false;
        }

        double most = tokens * _stepTime.PromptToken(0);
        _promptShares.Set(_tenants.Active, _candidates, Math.Min(seconds, most), _stepTime.Decode(load.Rows, load.Attended));
        return true;
    }

    /// <summary>Seconds that prompts may add to a step without holding up those who decode for longer than the target and the tenants' shares allow.</summary>
    private double PromptTime(in StepLoad load, bool decodes)
    {
        double decode = _stepTime.Decode(load.Rows, load.Attended);
        double target = Math.Max((_options.InterTokenTarget.TotalSeconds * Aim) - decode, decode * Math.Max(LeastPromptShare, _shares.PromptPart));
        return Math.Min(decodes ? target : double.PositiveInfinity, Math.Max(_shares.Limit - decode, 0));
    }

    /// <summary>
    /// Adds a chunk. It needs the pages of those before it, which every stage has computed when it comes to it: so chunks of one prompt follow each other through the stages without
    /// waiting for those before them to come back.
    /// </summary>
    /// <returns>Tokens added.</returns>
    private int TryAddPrompt(ScheduledStep step, Sequence sequence, int tokens)
    {
        // It may have been added before, as a short one.
        int count = IsRunning(sequence) && sequence.LastStep != step.Step.Number ? Math.Min(tokens, sequence.RemainingTokens) : 0;
        if (sequence.Request.Measures)
        {
            count = Math.Min(count, _limits.MaxLogitRows - _logitRows);
        }
        else if (_logitRows >= _limits.MaxLogitRows)
        {
            count = Math.Min(count, sequence.RemainingTokens - 1);
        }

        // Prompts take pages from nobody.
        while (count > 0 && !_pages.TryReserve(sequence.Pages, sequence.Next + count))
        {
            int fits = ((sequence.Pages.Pages.Length + _pages.AvailablePages - 1) * KvLayout.PageTokens) - sequence.Next;
            count = Math.Max(0, Math.Min(fits, count - 1));
        }

        if (count <= 0)
        {
            return 0;
        }

        Add(step, sequence, count, []);
        return count;
    }
}
