using OrleansInference.Compute;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Engine.Steps;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Scale;

/// <summary>
/// Drives a router in virtual time: its steps go through stages that take a time and compute nothing. A stage takes one step at a time, in their order, so the
/// moment at which a step comes back is known when it is handed out.
/// </summary>
/// <param name="router">Whose steps these are.</param>
/// <param name="clock">The router's clock.</param>
/// <param name="times">Seconds that each stage takes for a step.</param>
/// <param name="hops">Seconds from each stage to the next, from the last one to the router; after a step's rows.</param>
internal sealed class TimedPipeline(Scheduler router, VirtualClock clock, Func<StepShape, double>[] times, Func<int, double>[] hops)
{
    private readonly Queue<(Step Step, long End)> _underWay = new();
    private readonly long[] _free = new long[times.Length];

    /// <summary>Seconds that each stage was busy.</summary>
    public double[] Busy { get; } = new double[times.Length];

    public long Steps { get; private set; }

    /// <summary>When the next step comes back, in ticks; never when none is under way.</summary>
    public long Next => _underWay.TryPeek(out (Step, long End) first) ? first.End : long.MaxValue;

    /// <summary>Sends off whatever steps the router has.</summary>
    public void Fill()
    {
        while (router.Schedule() is { } step)
        {
            _underWay.Enqueue((step, Run(step)));
        }
    }

    /// <summary>Goes to the moment at which the oldest step comes back, and commits it.</summary>
    public void Complete()
    {
        (Step step, long end) = _underWay.Dequeue();
        clock.GoTo(end);
        ReadOnlySpan<SequenceSlice> slices = step.Batch.Slices;
        List<SampledRow> rows = [];
        for (int index = 0; index < slices.Length; index++)
        {
            if (step.Outputs[index].Sampling is { } sampling)
            {
                int position = slices[index].Start + slices[index].Count;
                rows.Add(new SampledRow(index, position, TokenAt(sampling.Parameters.Seed, position), float.NaN, []));
            }
        }

        Steps++;
        router.Commit(step, new StepResult([.. rows], []));
    }

    /// <summary>The token at a position of a conversation: any, but always the same.</summary>
    public static int TokenAt(ulong conversation, int position) => (int)(SeededRandom.Mix(conversation + ((ulong)position * 0x9E3779B97F4A7C15)) >> 34);

    private long Run(Step step)
    {
        StepShape shape = StepShape.Of(step);
        long at = clock.GetTimestamp();
        for (int stage = 0; stage < times.Length; stage++)
        {
            double seconds = times[stage](shape);
            Busy[stage] += seconds;
            at = _free[stage] = Math.Max(at, _free[stage]) + Ticks(seconds);
            at += Ticks(hops[stage](shape.Rows));
        }

        return at;
    }

    private static long Ticks(double seconds) => (long)Math.Ceiling(seconds * TimeSpan.TicksPerSecond);
}
