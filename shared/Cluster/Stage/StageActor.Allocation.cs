using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Which pipeline the device serves, as the directory divides the devices. It goes to another one when the plans of its own can do without it, and nothing of what was there goes along: pages of one
/// pipeline mean nothing in another. Routers of other pipelines have no answer.
/// </summary>
internal sealed partial class StageActor
{
    private readonly Dictionary<int, (int Router, long Epoch)> _before = []; // of pipelines that it served: what came later than these holds
    private long _division; // version of the latest that was heard of
    private int _pipeline;
    private int? _next;
    private TimeSpan _askedToLeave;

    /// <summary>The pipeline that the device serves; −1: none yet. May be read from any thread.</summary>
    public int Pipeline => Volatile.Read(ref _pipeline);

    private Address OwnRouter => Address.Router(_pipeline);

    /// <summary>Whether a message is of another pipeline than this device's.</summary>
    private bool IsForeign(ControlMessage message)
    {
        int? router = message switch
        {
            Probe probe => probe.Router,
            PageInventoryRequest ask => ask.Router,
            JoinPlan join => join.Plan.Router,
            LoadLayers load => load.Router,
            MapLayers map => map.Router,
            CopyPages copy => copy.Router,
            _ => null,
        };
        return router is { } number && RouterNumbers.PipelineOf(number) != _pipeline;
    }

    private void Take(ServePipeline serve)
    {
        if (serve.Device != _self || serve.Version < _division)
        {
            return;
        }

        _division = serve.Version;
        _next = serve.Pipeline == _pipeline ? null : serve.Pipeline;
        if (_next is not null && (serve.AtOnce || _pipeline < 0))
        {
            Leave();
        }
    }

    private void Take(DeviceReleased released)
    {
        if (released.Device == _self && _next is not null)
        {
            Leave();
        }
    }

    private void AskToLeave()
    {
        if (_next is not null && _now - _askedToLeave >= _options.RepeatAfter)
        {
            _askedToLeave = _now;
            _port.Send(OwnRouter, new DrainDevice(_self));
        }
    }

    private void Leave()
    {
        _before[_pipeline] = (_latest, Epoch);
        (_latest, _leftEpoch) = _before.GetValueOrDefault(_next!.Value);
        Volatile.Write(ref _pipeline, _next.Value);
        _next = null;
        _plan = null;
        _join = null;
        ForgetContents(firstStep: 1);
    }

    /// <summary>From here on nothing is here.</summary>
    private void ForgetContents(long firstStep)
    {
        _joined = null;
        _stage = -1;
        _spare = false;
        ForgetHeld();
        _written.Clear();
        ResetSteps(firstStep);
        ResetReplays();
        ResetCopies();
        ResetPages();
        ResetVerification();
        Keep(default, default);
    }
}
