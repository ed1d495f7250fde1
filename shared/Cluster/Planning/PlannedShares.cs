using System.Collections.Concurrent;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Stage.Rates;

namespace OrleansInference.Cluster.Planning;

/// <summary>
/// With which part of its rate each device is planned. What a device reports counts beside the best of the others: where all are slow alike, as on one busy machine, moving layers helps nobody. Of a device that
/// does not know its rate nothing is assumed.
/// </summary>
internal sealed class PlannedShares(RateOptions options)
{
    private readonly ConcurrentDictionary<DeviceLife, DeviceLevel> _levels = new();
    private readonly Lock _weighing = new();

    /// <summary>Takes note of what devices report; from any thread.</summary>
    /// <param name="shares">Of their normal rates, of all devices that there are; null where it is not known.</param>
    /// <param name="now">The time since some beginning.</param>
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
            foreach (DeviceLife gone in _levels.Keys.Where(device => !present.Contains(device)))
            {
                _levels.TryRemove(gone, out _);
            }
        }
    }

    /// <summary>The part of its rate that a device is planned with; from any thread.</summary>
    public double Of(DeviceLife device) => _levels.TryGetValue(device, out DeviceLevel? level) ? level.Part : 1;
}
