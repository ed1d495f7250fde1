using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Numbers of layers that devices had no room for, for plans that only count layers.</summary>
internal sealed class RefusedLayers
{
    private readonly Dictionary<DeviceLife, int> _fewest = [];

    public void Add(DeviceLife device, int count) => _fewest[device] = Math.Min(count, _fewest.GetValueOrDefault(device, int.MaxValue));

    public void Clear() => _fewest.Clear();

    /// <summary>Whether a device may get so many layers.</summary>
    public bool Fits(DeviceLife device, int count) => count < _fewest.GetValueOrDefault(device, int.MaxValue);

    /// <summary>Returns the maximum number of stages of similar length that the devices can hold, and these devices.</summary>
    /// <param name="layers">Number of layers of the model.</param>
    /// <param name="stages">Maximum number of stages.</param>
    /// <param name="usable">Devices that may be used.</param>
    public (int Stages, IReadOnlySet<DeviceLife> Devices) Able(int layers, int stages, IReadOnlySet<DeviceLife> usable)
    {
        for (; stages > 0; stages--)
        {
            int longest = (layers + stages - 1) / stages;
            HashSet<DeviceLife> able = [.. usable.Where(device => Fits(device, longest))];
            if (able.Count >= stages)
            {
                return (stages, able);
            }
        }

        return (0, usable);
    }
}
