using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Nodes;

/// <summary>Counts of corrupted pages by device that were already logged.</summary>
internal sealed class CorruptedPageCounts
{
    private readonly Lock _lock = new(); // a node that drains announces itself concurrently with its loop
    private readonly Dictionary<int, long> _reported = []; // by device

    /// <summary>Marks the current counts as logged.</summary>
    /// <returns>Devices with new corrupted pages, each with the number of these pages.</returns>
    public (int Device, long Pages)[] Update(IReadOnlyList<DeviceState> devices)
    {
        lock (_lock)
        {
            (int Device, long Pages)[] more = [.. devices.Select(device => (device.Number, device.CorruptedPages - _reported.GetValueOrDefault(device.Number))).Where(static device => device.Item2 > 0)];
            foreach ((int device, long pages) in more)
            {
                _reported[device] = _reported.GetValueOrDefault(device) + pages;
            }

            return more;
        }
    }
}
