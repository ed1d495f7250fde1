using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// The pipeline that the device serves, as the directory allocates devices, and the pipeline's latest router. The device moves to another pipeline when the plans of its own no longer
/// need it. It gives up its pages, because the page numbers of one pipeline are not valid in another. Messages from routers of other pipelines are ignored.
/// </summary>
internal sealed class ServedPipeline(DeviceLife self, IControlPort port, StageOptions options)
{
    private readonly Dictionary<int, (int Router, long Epoch)> _left = []; // the latest router and the epoch of each pipeline when the device left it
    private long _version; // version of the latest allocation
    private int _number = options.Pipeline;
    private int _latest;
    private int? _next; // the pipeline that the device is allocated to and does not serve yet
    private TimeSpan _asked; // when the device last asked to leave

    /// <summary>Number of the pipeline; −1 for none. May be read from any thread.</summary>
    public int Number => Volatile.Read(ref _number);

    /// <summary>The pipeline's latest router that is known; 0 before the first. Messages of earlier routers are refused. May be read from any thread.</summary>
    public int LatestRouter => Volatile.Read(ref _latest);

    /// <summary>Returns whether the message is from a router of another pipeline.</summary>
    public bool IsForeign(ControlMessage message)
    {
        int? router = message switch
        {
            Probe probe => probe.Router,
            PageInventoryRequest request => request.Router,
            JoinPlan join => join.Plan.Router,
            LoadLayers load => load.Router,
            MapLayers map => map.Router,
            CopyPages copy => copy.Router,
            _ => null,
        };
        return router is { } number && RouterNumbers.PipelineOf(number) != _number;
    }

    /// <summary>Records a router of the pipeline.</summary>
    /// <returns>Whether no later router is known.</returns>
    public bool Accepts(int router)
    {
        _latest = Math.Max(_latest, router);
        return router == _latest;
    }

    /// <summary>Sends a message to the pipeline's router.</summary>
    public void Send(ControlMessage message) => port.Send(Address.Router(_number), message);

    /// <summary>Refuses a message of a router, and names the latest router.</summary>
    public void Refuse(int router) => Send(new Refused(router, self, _latest));

    /// <returns>Whether the device leaves its pipeline immediately.</returns>
    public bool On(ServePipeline serve)
    {
        if (serve.Device != self || serve.Version < _version)
        {
            return false;
        }

        _version = serve.Version;
        _next = serve.Pipeline == _number ? null : serve.Pipeline;
        return _next is not null && (serve.Immediately || _number < 0);
    }

    /// <returns>Whether the device leaves its pipeline.</returns>
    public bool On(DeviceReleased released) => released.Device == self && _next is not null;

    /// <summary>Asks the router for the device's release while the device is allocated to another pipeline.</summary>
    public void Tick(TimeSpan now)
    {
        if (_next is not null && now - _asked >= options.RepeatAfter)
        {
            _asked = now;
            Send(new DrainDevice(self));
        }
    }

    /// <summary>Moves the device to the pipeline that it is allocated to.</summary>
    /// <param name="epoch">Epoch of the plan in force in the pipeline that it leaves.</param>
    /// <returns>The epoch that was in force in the new pipeline when the device last left that pipeline; 0 if the device never served it.</returns>
    public long Leave(long epoch)
    {
        _left[_number] = (_latest, epoch);
        (_latest, long before) = _left.GetValueOrDefault(_next!.Value);
        Volatile.Write(ref _number, _next.Value);
        _next = null;
        return before;
    }
}
