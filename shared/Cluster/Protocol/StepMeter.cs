using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Takes the time of steps apart, by the router's clock for the whole and by that of each stage for its part.</summary>
internal sealed class StepMeter
{
    private readonly Dictionary<long, TimeSpan> _sent = [];

    /// <summary>Of the steps that came back.</summary>
    public StepTimes Times { get; private set; }

    public void Begin(long step, TimeSpan now) => _sent[step] = now;

    /// <summary>Counts a step; one that comes again does not count again, and one of which a stage told nothing, or more than can be, not at all.</summary>
    public void End(StepDone done, TimeSpan arrived, int stages)
    {
        if (!_sent.Remove(done.Step, out TimeSpan sent))
        {
            return;
        }

        StageTimes parts = done.Times;
        TimeSpan hopping = arrived - sent - parts.Computing - parts.Waiting;
        if (parts.Stages == stages && hopping >= TimeSpan.Zero)
        {
            Times = new StepTimes(
                Times.Steps + 1, Times.Hops + stages + 1, Times.Computing + parts.Computing, Times.Waiting + parts.Waiting, Times.Transit + hopping);
        }
    }

    /// <summary>Forgets the steps under way.</summary>
    public void Clear() => _sent.Clear();
}
