namespace OrleansInference.Serving.Control;

/// <summary>
/// Devices that have no room for the layers that they are given, whatever they announced: others get them. A device that could hold them, but not beside those that
/// it serves, is not asked again while the plan in force is the same.
/// </summary>
internal sealed partial class PipelineControl
{
    private readonly Dictionary<DeviceLife, LayersRefused> _refusals = []; // the last of each device
    private readonly HashSet<StageAssignment> _crowded = []; // refused beside the layers of the plan of this epoch
    private long _crowdedEpoch;
    private TimeSpan _refusedAt;

    /// <summary>The last refusal of each device that is there and has not taken the layers since.</summary>
    public IReadOnlyList<LayersRefused> Refusals =>
        [.. _refusals.Values.Where(refused => IsMember(refused.Device) && !Has(_inForce, refused.Device, refused.Layers)).OrderBy(static refused => refused.Device.Device)];

    /// <summary>Why there is no plan, as far as that is for lack of memory; null when there is one.</summary>
    public string? Shortage => Phase == ControlPhase.Waiting ? _source.Shortage : null;

    /// <summary>How often layers were refused.</summary>
    public long LoadsRefused { get; private set; }

    private static bool Has(PipelinePlan? plan, DeviceLife device, LayerRange layers) =>
        plan?.Stages.Any(stage => stage.Device == device && stage.Layers.Contains(layers)) == true;

    private bool IsMember(DeviceLife device) => _members.Contains(device) || _draining.Contains(device);

    private void Heard(LayersRefused refused)
    {
        Hear(refused.Device);
        bool joins = Phase == ControlPhase.Joining && refused.Epoch == _target!.Epoch && !_joined.ContainsKey(refused.Device.Device) && Has(_target, refused.Device, refused.Layers);
        bool migrates = refused.Epoch == _migration?.Epoch && Has(_migration, refused.Device, refused.Layers);
        StageAssignment spare = new(refused.Device, refused.Layers);
        if (!joins && !migrates && !_spares.Contains(spare))
        {
            return;
        }

        LoadsRefused++;
        _refusedAt = _now;
        _refusals[refused.Device] = refused;
        _spares.Remove(spare);
        _mapped.Remove(spare);
        if (refused.Alone || joins)
        {
            _source.Refuse(refused.Device, refused.Layers);
        }
        else if (!IsCrowded([spare]))
        {
            _crowded.Add(spare);
        }

        if (joins)
        {
            Recover();
        }
        else if (migrates)
        {
            AbandonMigration();
        }
    }

    /// <summary>Whether one of these stages was refused beside the layers of the plan in force.</summary>
    private bool IsCrowded(IReadOnlyList<StageAssignment> stages)
    {
        if (_crowdedEpoch != _inForce!.Epoch)
        {
            _crowded.Clear();
            _crowdedEpoch = _inForce.Epoch;
        }

        return stages.Any(_crowded.Contains);
    }

    /// <summary>Memory that was missing may be there again: while there is no plan at all, devices are asked again for what they refused.</summary>
    private void AskAgain()
    {
        if (Phase == ControlPhase.Waiting && _refusals.Count > 0 && _now - _refusedAt >= _options.AskAgainAfter)
        {
            _refusedAt = _now;
            _source.ForgetRefusals();
            Replan();
        }
    }
}
