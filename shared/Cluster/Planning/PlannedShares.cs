using System.Collections.Concurrent;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Stage.Rates;

namespace OrleansInference.Cluster.Planning;

/// <summary>
/// Fraction of its rate with which each device is planned. A device's report is compared with the best report: if all devices are equally slow, as on one busy
/// machine, moving layers does not help. A device with an unknown rate is planned with the full rate.
/// </summary>
internal sealed class PlannedShares(RateOptions options)
{
    private readonly ConcurrentDictionary<DeviceLife, DeviceLevel> _levels = new();
    private readonly Lock _weighing = new();

    /// <summary>Applies the reports of devices. Thread-safe.</summary>
    /// <param name="shares">Reported fractions of the normal rate, for all present devices; null if unknown.</param>
    /// <param name="now">Current time, measured from any fixed origin.</param>
    public void Weigh(IReadOnlyCollection<(DeviceLife Device, double? Share)> shares, TimeSpan now)
    {
        lock (_weighing)
        {
            double? best = shares.Max(static report => report.Share);
            foreach ((DeviceLife device, double? share) in shares)
            {
                if (share / best is { } part)
                {
                    _levels.GetOrAdd(device, _ => new DeviceLevel(options, part)).Observe(part, now);
                }
            }

            HashSet<DeviceLife> present = [.. shares.Select(static report => report.Device)];
            foreach (DeviceLife removed in _levels.Keys.Where(device => !present.Contains(device)))
            {
                _levels.TryRemove(removed, out _);
            }
        }
    }

    /// <summary>Returns the fraction of its rate with which a device is planned. Thread-safe.</summary>
    public double Of(DeviceLife device) => _levels.TryGetValue(device, out DeviceLevel? level) ? level.Part : 1;
}
