using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// Devices that had no room for layers, contrary to the memory that they announced. A device that could hold the layers, but not in addition to those that it serves, is not asked again
/// under the same plan.
/// </summary>
internal sealed class LayerRefusals
{
    private readonly Dictionary<DeviceLife, LayersRefused> _last = []; // by device
    private readonly HashSet<StageAssignment> _crowded = []; // refused in addition to the layers of the plan of this epoch
    private long _crowdedEpoch;
    private TimeSpan _at;

    /// <summary>Number of refusals.</summary>
    public long Count { get; private set; }

    /// <summary>The last refusal of each device, in the order of their numbers.</summary>
    public IEnumerable<LayersRefused> Last => _last.Values.OrderBy(static refused => refused.Device.Device);

    public void Add(LayersRefused refused, TimeSpan now)
    {
        Count++;
        _at = now;
        _last[refused.Device] = refused;
    }

    /// <summary>Records that a device refused layers in addition to those that it serves under a plan.</summary>
    public void AddCrowded(StageAssignment stage, long epoch)
    {
        ForgetOtherPlans(epoch);
        _crowded.Add(stage);
    }

    /// <summary>Returns whether a device refused layers in addition to those that it serves under the plan of this epoch.</summary>
    public bool IsCrowded(StageAssignment stage, long epoch)
    {
        ForgetOtherPlans(epoch);
        return _crowded.Contains(stage);
    }

    /// <summary>Returns whether the last refusal is older than <paramref name="age"/>, so that the missing memory may be free again.</summary>
    public bool AreOlderThan(TimeSpan age, TimeSpan now)
    {
        if (_last.Count == 0 || now - _at < age)
        {
            return false;
        }

        _at = now;
        return true;
    }

    private void ForgetOtherPlans(long epoch)
    {
        if (_crowdedEpoch != epoch)
        {
            _crowded.Clear();
            _crowdedEpoch = epoch;
        }
    }
}
