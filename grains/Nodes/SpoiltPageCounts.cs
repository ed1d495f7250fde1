using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Nodes;

/// <summary>Spoilt pages of devices, as far as they were reported.</summary>
internal sealed class SpoiltPageCounts
{
    private readonly Lock _lock = new(); // a node that drains announces itself beside its loop
    private readonly Dictionary<int, long> _reported = []; // by device

    /// <summary>Takes the counts of now as reported.</summary>
    /// <returns>The devices that have more than were reported, each with how many more.</returns>
    public (int Device, long Pages)[] Update(IReadOnlyList<DeviceState> devices)
    {
        lock (_lock)
        {
            (int Device, long Pages)[] more = [.. devices.Select(device => (device.Number, device.SpoiltPages - _reported.GetValueOrDefault(device.Number))).Where(static device => device.Item2 > 0)];
            foreach ((int device, long pages) in more)
            {
                _reported[device] = _reported.GetValueOrDefault(device) + pages;
            }

            return more;
        }
    }
}
