using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Fleet;

/// <summary>
/// The directory's allocation of devices: decides which device serves which pipeline. Each pipeline recovers from the loss of a device by itself, with its own devices. The directory
/// allocates devices again when the set of devices changes, or when a pipeline can no longer hold the model.
/// </summary>
/// <remarks>
/// An allocation is in force once it is durable. A device changes its pipeline when the old pipeline no longer needs it. The new pipeline receives it as a member after the change. If
/// the device does not change in time, it is allocated to its old pipeline again.
/// </remarks>
/// <param name="directory">Number of this activation of the directory; a later one has a higher number.</param>
/// <param name="maxPipelines">Maximum number of pipelines.</param>
/// <param name="source">Creates allocations.</param>
/// <param name="allocation">Allocation in force.</param>
public sealed class FleetControl(int directory, int maxPipelines, IAllocationSource source, DeviceAllocation allocation)
{
    /// <summary>Time for which a pipeline that has its devices may be without a plan before the devices are given to others.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Time within which devices must change to their allocated pipeline. Without it, pipelines that wait for each other's devices would wait forever.</summary>
    private static readonly TimeSpan MoveTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Time after which a failed change is tried again, because the pipelines or the free memory of devices may have changed.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(5);

    private readonly Dictionary<int, TimeSpan> _waitingSince = [];
    private HashSet<FleetDevice> _misplaced = []; // devices that have to leave the pipeline that they serve
    private TimeSpan _misplacedAt; // time of the last change of the misplaced devices
    private TimeSpan? _retryAt;
    private HashSet<DeviceLife>? _allocated; // the devices that the last check used
    private int _limit = int.MaxValue; // maximum number of pipelines with these devices

    /// <summary>Allocation in force.</summary>
    public DeviceAllocation DeviceAllocation { get; private set; } = allocation;

    /// <summary>Whether a later directory has taken over.</summary>
    public bool Ended { get; private set; }

    /// <summary>Returns the pipelines that have devices or are allocated some.</summary>
    public IEnumerable<int> PipelinesOf(IEnumerable<FleetDevice> devices) => DeviceAllocation.Places.Select(static place => place.Pipeline)
        .Concat(devices.Select(static device => device.Pipeline)).Where(static pipeline => pipeline >= 0).Distinct().Order();

    /// <summary>Checks whether the devices have to be allocated differently.</summary>
    /// <param name="devices">All present devices.</param>
    /// <param name="pipelines">All pipelines with devices.</param>
    /// <param name="now">Current time, measured from any fixed origin.</param>
    /// <returns>The allocation to make durable; null if the one in force remains.</returns>
    public DeviceAllocation? Next(IReadOnlyList<FleetDevice> devices, IReadOnlyList<FleetPipeline> pipelines, TimeSpan now)
    {
        HashSet<DeviceLife> usable = [.. devices.Where(static device => !device.Draining).Select(static device => device.Device)];
        HashSet<int> failed = Failed(devices, pipelines, now);
        if (Ended || usable.Count == 0 || pipelines.Any(pipeline => !pipeline.Known && devices.Any(device => device.Pipeline == pipeline.Number)))
        {
            return null;
        }

        bool stuck = AreStuck(devices, now);
        if (_allocated?.SetEquals(usable) != true || now >= _retryAt)
        {
            _limit = int.MaxValue;
        }
        else if (failed.Count == 0 && stuck)
        {
            _retryAt = now + RetryDelay;
            return After([.. DeviceAllocation.Places.Select(place => place with { Pipeline = CurrentPipelineOf(place.Device) ?? place.Pipeline })]);
        }
        else if (failed.Count == 0)
        {
            return null;
        }

        if (failed.Count > 0)
        {
            // The limit is lower from here on: the same devices would fail again in the same combination.
            _limit = pipelines.Count - failed.Count;
        }

        bool covered = usable.All(device => DeviceAllocation.PipelineOf(device) >= 0);
        if (_allocated is null && covered && failed.Count == 0)
        {
            _allocated = usable;
            return null;
        }

        DeviceAllocation kept = DeviceAllocation with { Places = [.. DeviceAllocation.Places.Where(place => usable.Contains(place.Device) && !failed.Contains(place.Pipeline))] };
        IReadOnlyList<DeviceSlot> places = source.Allocate([.. pipelines.Where(pipeline => !failed.Contains(pipeline.Number))], kept, usable, Math.Min(maxPipelines, _limit));
        _allocated = usable;
        _retryAt = failed.Count > 0 ? now + RetryDelay : null;
        _waitingSince.Clear();
        return DeviceAllocation.Places.ToHashSet().SetEquals(places) ? null : After(places);
    }

    /// <summary>Applies the durable allocation.</summary>
    public void Saved(DeviceAllocation stored)
    {
        Ended |= stored.Directory > directory;
        if (stored.Version > DeviceAllocation.Version)
        {
            // An allocation of another activation has to be checked again.
            _allocated = stored.Directory == directory ? _allocated : null;
            DeviceAllocation = stored;
        }
    }

    /// <summary>Records that an allocation could not be made durable, so that it is checked again.</summary>
    public void Missed() => _allocated = null;

    /// <summary>Creates the message to a pipeline's router: the devices that serve the pipeline, and those that are leaving it.</summary>
    public MembershipChanged MembersOf(int pipeline, IEnumerable<FleetDevice> devices) =>
        Members(pipeline, devices.Select(device => device with { Draining = device.Draining || BelongsElsewhere(device) }));

    /// <inheritdoc cref="MembersOf"/>
    /// <param name="pipeline">Number of the pipeline.</param>
    /// <param name="devices">Present devices; the caller marks those of another pipeline as draining.</param>
    public static MembershipChanged Members(int pipeline, IEnumerable<FleetDevice> devices)
    {
        FleetDevice[] members = [.. devices.Where(device => device.Pipeline == pipeline)];
        return new MembershipChanged(
            [.. members.Select(static device => device.Device)], [.. members.Where(static device => device.Draining).Select(static device => device.Device)]);
    }

    /// <summary>Creates the loads that sessions use to choose a pipeline.</summary>
    public IReadOnlyList<PipelineLoad> LoadsOf(IReadOnlyList<FleetPipeline> pipelines) =>
    [
        .. pipelines.Select(pipeline => new PipelineLoad(
            pipeline.Number, pipeline.Serves, DeviceAllocation.Places.Any(place => place.Pipeline == pipeline.Number), pipeline.Sessions, source.RateOf(pipeline.Stages))),
    ];

    /// <summary>Creates the orders for devices that do not serve their allocated pipeline. The caller repeats them until the devices do.</summary>
    public IEnumerable<ServePipeline> Orders(IReadOnlyList<FleetDevice> devices, IReadOnlyList<FleetPipeline> pipelines)
    {
        foreach (FleetDevice device in devices.Where(BelongsElsewhere))
        {
            bool needed = pipelines.FirstOrDefault(pipeline => pipeline.Number == device.Pipeline)?.Needs(device.Device) == true;
            yield return new ServePipeline(DeviceAllocation.Version, device.Device, DeviceAllocation.PipelineOf(device.Device), Immediately: !needed);
        }
    }

    private bool BelongsElsewhere(FleetDevice device) => DeviceAllocation.PipelineOf(device.Device) is >= 0 and var place && place != device.Pipeline;

    private DeviceAllocation After(IReadOnlyList<DeviceSlot> places) => new(Epochs.After(DeviceAllocation.Version, directory), directory, places);

    private int? CurrentPipelineOf(DeviceLife device) => _misplaced.Where(other => other.Device == device).Select(static other => (int?)other.Pipeline).FirstOrDefault();

    private bool AreStuck(IReadOnlyList<FleetDevice> devices, TimeSpan now)
    {
        HashSet<FleetDevice> misplaced = [.. devices.Where(device => !device.Draining && device.Pipeline >= 0 && BelongsElsewhere(device))];
        if (!misplaced.SetEquals(_misplaced))
        {
            _misplaced = misplaced;
            _misplacedAt = now;
        }

        return misplaced.Count > 0 && now - _misplacedAt > MoveTimeout;
    }

    /// <summary>Finds pipelines that have been without a plan for too long while others have one. A pipeline that waits for its devices has not failed.</summary>
    private HashSet<int> Failed(IReadOnlyList<FleetDevice> devices, IReadOnlyList<FleetPipeline> pipelines, TimeSpan now)
    {
        foreach (FleetPipeline pipeline in pipelines)
        {
            bool here = devices.Any(device => device.Pipeline == pipeline.Number);
            bool coming = devices.Any(device => BelongsElsewhere(device) && DeviceAllocation.PipelineOf(device.Device) == pipeline.Number);
            if (!pipeline.Waits || !here || coming)
            {
                _waitingSince.Remove(pipeline.Number);
            }
            else
            {
                _waitingSince.TryAdd(pipeline.Number, now);
            }
        }

        HashSet<int> failed = [.. pipelines.Where(pipeline => _waitingSince.TryGetValue(pipeline.Number, out TimeSpan since) && now - since > Timeout).Select(static pipeline => pipeline.Number)];
        if (failed.Count == pipelines.Count && failed.Count > 0)
        {
            failed.Remove(failed.Min()); // the devices of all pipelines together may hold the model
        }

        return failed;
    }
}
