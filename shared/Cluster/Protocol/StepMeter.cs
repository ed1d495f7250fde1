using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Measures the time of steps by part: the total by the router's clock, each stage's part by the stage's clock.</summary>
internal sealed class StepMeter
{
    private readonly Dictionary<long, TimeSpan> _sent = [];

    /// <summary>Times of the steps that have returned.</summary>
    public StepTimes Times { get; private set; }

    public void Begin(long step, TimeSpan now) => _sent[step] = now;

    /// <summary>Counts a returned step. It ignores a repeated step, and a step for which a stage reported no time or an impossible one.</summary>
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

    /// <summary>Removes the steps in flight.</summary>
    public void Clear() => _sent.Clear();
}
