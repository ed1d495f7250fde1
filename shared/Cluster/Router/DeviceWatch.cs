using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Router;

/// <summary>The devices that a router may use: which are members, which drain, which are lost, and when each was last seen.</summary>
internal sealed class DeviceWatch
{
    private readonly HashSet<DeviceLife> _members = [];
    private readonly HashSet<DeviceLife> _draining = [];
    private readonly HashSet<DeviceLife> _lost = [];
    private readonly HashSet<int> _announced = []; // devices that this router has probed
    private readonly Dictionary<int, TimeSpan> _seen = []; // by device
    private readonly Dictionary<int, int> _losses = []; // by device

    /// <summary>Whether there are members that do not drain.</summary>
    public bool HasMembers => _members.Count > 0;

    public bool HasDraining => _draining.Count > 0;

    /// <summary>Lost devices in the order of their numbers. Some of them may be running and only not answering.</summary>
    public IEnumerable<DeviceLife> Lost => _lost.OrderBy(static device => device.Device);

    public void Update(MembershipChanged members)
    {
        _members.Clear();
        _members.UnionWith(members.Devices.Except(members.Draining));
        _draining.Clear();
        _draining.UnionWith(members.Draining);
        _lost.IntersectWith(members.Devices);
    }

    /// <returns>Whether the device was a member that did not drain yet.</returns>
    public bool Drain(DeviceLife device) => _members.Remove(device) && _draining.Add(device);

    public bool IsMember(DeviceLife device) => _members.Contains(device) || _draining.Contains(device);

    /// <summary>Whether the device is a member and not lost.</summary>
    public bool IsPresent(DeviceLife device) => IsMember(device) && !_lost.Contains(device);

    /// <summary>The members that neither drain nor are lost.</summary>
    public HashSet<DeviceLife> Usable() => [.. _members.Where(device => !_lost.Contains(device))];

    /// <summary>The devices that drain and are not lost.</summary>
    public IEnumerable<DeviceLife> UsableWhileDraining() => _draining.Where(device => !_lost.Contains(device));

    /// <summary>Records that a device answered.</summary>
    /// <returns>Whether it had been lost.</returns>
    public bool OnSeen(DeviceLife device, TimeSpan now)
    {
        RestartSilence(device, now);
        return _lost.Remove(device);
    }

    /// <summary>Restarts the silence of a device at <paramref name="now"/>.</summary>
    public void RestartSilence(DeviceLife device, TimeSpan now) => _seen[device.Device] = now;

    /// <summary>How long a device has been silent; its silence begins with the first call.</summary>
    public TimeSpan SilenceOf(DeviceLife device, TimeSpan now)
    {
        _seen.TryAdd(device.Device, now);
        return now - _seen[device.Device];
    }

    public void MarkLost(DeviceLife device)
    {
        _seen.Remove(device.Device);
        _lost.Add(device);
        _losses[device.Device] = LossesOf(device) + 1;
    }

    /// <summary>Number of losses of a device, over all its lives.</summary>
    public int LossesOf(DeviceLife device) => _losses.GetValueOrDefault(device.Device);

    /// <summary>Adds a device to those that this router has probed.</summary>
    /// <returns>Whether the device was not among them.</returns>
    public bool IsNew(DeviceLife device) => _announced.Add(device.Device);
}
