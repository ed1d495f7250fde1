using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Fleet;

/// <summary>
/// The directory's part of the control: which device serves which pipeline. Each pipeline makes good the loss of a device by itself, with those that it has; here devices are divided again when there are
/// other ones, or when a pipeline cannot hold the model any more.
/// </summary>
/// <remarks>
/// A division holds once it is durable. A device goes from one pipeline to another when the first can do without it, and the second hears of it when it has come. Where that does not come about,
/// devices stay where they are.
/// </remarks>
/// <param name="directory">Which activation of the directory; a later one has a higher number.</param>
/// <param name="mostPipelines">Pipelines at most.</param>
/// <param name="source">Where divisions come from.</param>
/// <param name="division">The one that holds.</param>
internal sealed class FleetControl(int directory, int mostPipelines, IAllocationSource source, DeviceAllocation division)
{
    /// <summary>How long a pipeline that has its devices may be without a plan before they are given to others.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>How long devices may take to come to where they belong: pipelines that wait for each other's would wait for ever.</summary>
    private static readonly TimeSpan MoveWithin = TimeSpan.FromSeconds(30);

    /// <summary>When what did not come about is tried again: pipelines, and what devices have room for, may be others by then.</summary>
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMinutes(5);

    private readonly Dictionary<int, TimeSpan> _waitsSince = [];
    private HashSet<FleetDevice> _strays = []; // that have to leave the pipeline that they serve
    private TimeSpan _strayed; // when these were others
    private TimeSpan? _tryAgain;
    private HashSet<DeviceLife>? _divided; // the devices that the division is for
    private int _limit = int.MaxValue; // of pipelines with these devices

    /// <summary>The division that holds.</summary>
    public DeviceAllocation DeviceAllocation { get; private set; } = division;

    /// <summary>Whether a later directory rules.</summary>
    public bool Ended { get; private set; }

    /// <summary>Pipelines that have devices, or are to have some.</summary>
    public IEnumerable<int> PipelinesOf(IEnumerable<FleetDevice> devices) => DeviceAllocation.Places.Select(static place => place.Pipeline)
        .Concat(devices.Select(static device => device.Pipeline)).Where(static pipeline => pipeline >= 0).Distinct().Order();

    /// <summary>Looks whether the devices should be divided in another way.</summary>
    /// <param name="devices">All that are there.</param>
    /// <param name="pipelines">All that have devices.</param>
    /// <param name="now">The time since some beginning.</param>
    /// <returns>The division that should be made durable; null when the one that holds is right.</returns>
    public DeviceAllocation? Next(IReadOnlyList<FleetDevice> devices, IReadOnlyList<FleetPipeline> pipelines, TimeSpan now)
    {
        HashSet<DeviceLife> usable = [.. devices.Where(static device => !device.Draining).Select(static device => device.Device)];
        HashSet<int> failed = Failed(devices, pipelines, now);
        if (Ended || usable.Count == 0 || pipelines.Any(pipeline => !pipeline.Known && devices.Any(device => device.Pipeline == pipeline.Number)))
        {
            return null;
        }

        bool stuck = AreStuck(devices, now);
        if (_divided?.SetEquals(usable) != true || now >= _tryAgain)
        {
            _limit = int.MaxValue;
        }
        else if (failed.Count == 0 && stuck)
        {
            _tryAgain = now + TryAgainAfter;
            return After([.. DeviceAllocation.Places.Select(place => place with { Pipeline = StrayFrom(place.Device) ?? place.Pipeline })]);
        }
        else if (failed.Count == 0)
        {
            return null;
        }

        if (failed.Count > 0)
        {
            // Devices that could not hold the model do not hold it if they are put together in the same way again.
            _limit = pipelines.Count - failed.Count;
        }

        bool covered = usable.All(device => DeviceAllocation.PipelineOf(device) >= 0);
        if (_divided is null && covered && failed.Count == 0)
        {
            _divided = usable;
            return null;
        }

        DeviceAllocation kept = DeviceAllocation with { Places = [.. DeviceAllocation.Places.Where(place => usable.Contains(place.Device) && !failed.Contains(place.Pipeline))] };
        IReadOnlyList<DeviceSlot> places = source.Divide([.. pipelines.Where(pipeline => !failed.Contains(pipeline.Number))], kept, usable, Math.Min(mostPipelines, _limit));
        _divided = usable;
        _tryAgain = failed.Count > 0 ? now + TryAgainAfter : null;
        _waitsSince.Clear();
        return DeviceAllocation.Places.ToHashSet().SetEquals(places) ? null : After(places);
    }

    /// <summary>Takes note of what is durable.</summary>
    public void Saved(DeviceAllocation stored)
    {
        Ended |= stored.Directory > directory;
        if (stored.Version > DeviceAllocation.Version)
        {
            // Where it is another one than was to be saved, that is looked at again.
            _divided = stored.Directory == directory ? _divided : null;
            DeviceAllocation = stored;
        }
    }

    /// <summary>What was to be made durable was not: it is looked at again.</summary>
    public void Missed() => _divided = null;

    /// <summary>What a pipeline's router is told: the devices that serve it, and which of these are to leave it.</summary>
    public MembershipChanged MembersOf(int pipeline, IEnumerable<FleetDevice> devices) =>
        Members(pipeline, devices.Select(device => device with { Draining = device.Draining || BelongsElsewhere(device) }));

    /// <inheritdoc cref="MembersOf"/>
    /// <param name="pipeline">Which one.</param>
    /// <param name="devices">Those that belong to another pipeline count as draining.</param>
    public static MembershipChanged Members(int pipeline, IEnumerable<FleetDevice> devices)
    {
        FleetDevice[] members = [.. devices.Where(device => device.Pipeline == pipeline)];
        return new MembershipChanged(
            [.. members.Select(static device => device.Device)], [.. members.Where(static device => device.Draining).Select(static device => device.Device)]);
    }

    /// <summary>What is to be known of the pipelines where sessions choose.</summary>
    public IReadOnlyList<PipelineLoad> LoadsOf(IReadOnlyList<FleetPipeline> pipelines) =>
    [
        .. pipelines.Select(pipeline => new PipelineLoad(
            pipeline.Number, pipeline.Serves, DeviceAllocation.Places.Any(place => place.Pipeline == pipeline.Number), pipeline.Sessions, source.RateOf(pipeline.Stages))),
    ];

    /// <summary>What devices are told that are not where they belong; again and again until they are.</summary>
    public IEnumerable<ServePipeline> Orders(IReadOnlyList<FleetDevice> devices, IReadOnlyList<FleetPipeline> pipelines)
    {
        foreach (FleetDevice device in devices.Where(BelongsElsewhere))
        {
            bool needed = pipelines.FirstOrDefault(pipeline => pipeline.Number == device.Pipeline)?.Needs(device.Device) == true;
            yield return new ServePipeline(DeviceAllocation.Version, device.Device, DeviceAllocation.PipelineOf(device.Device), AtOnce: !needed);
        }
    }

    private bool BelongsElsewhere(FleetDevice device) => DeviceAllocation.PipelineOf(device.Device) is >= 0 and var place && place != device.Pipeline;

    private DeviceAllocation After(IReadOnlyList<DeviceSlot> places) => new(Epochs.After(DeviceAllocation.Version, directory), directory, places);

    private int? StrayFrom(DeviceLife device) => _strays.Where(stray => stray.Device == device).Select(static stray => (int?)stray.Pipeline).FirstOrDefault();

    private bool AreStuck(IReadOnlyList<FleetDevice> devices, TimeSpan now)
    {
        HashSet<FleetDevice> strays = [.. devices.Where(device => !device.Draining && device.Pipeline >= 0 && BelongsElsewhere(device))];
        if (!strays.SetEquals(_strays))
        {
            _strays = strays;
            _strayed = now;
        }

        return strays.Count > 0 && now - _strayed > MoveWithin;
    }

    /// <summary>Pipelines that have been without a plan for too long, while others are not. One that waits for devices to come to it has not failed.</summary>
    private HashSet<int> Failed(IReadOnlyList<FleetDevice> devices, IReadOnlyList<FleetPipeline> pipelines, TimeSpan now)
    {
        foreach (FleetPipeline pipeline in pipelines)
        {
            bool here = devices.Any(device => device.Pipeline == pipeline.Number);
            bool coming = devices.Any(device => BelongsElsewhere(device) && DeviceAllocation.PipelineOf(device.Device) == pipeline.Number);
            if (!pipeline.Waits || !here || coming)
            {
                _waitsSince.Remove(pipeline.Number);
            }
            else
            {
                _waitsSince.TryAdd(pipeline.Number, now);
            }
        }

        HashSet<int> failed = [.. pipelines.Where(pipeline => _waitsSince.TryGetValue(pipeline.Number, out TimeSpan since) && now - since > Timeout).Select(static pipeline => pipeline.Number)];
        if (failed.Count == pipelines.Count && failed.Count > 0)
        {
            failed.Remove(failed.Min()); // together the devices may hold it
        }

        return failed;
    }
}
