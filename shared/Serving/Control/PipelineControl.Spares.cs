namespace OrleansInference.Serving.Control;

/// <summary>
/// Warm spares: devices that no stage is on map the layers that are the likeliest to be lost. When those are, the spare takes their place at once, with nothing to
/// load; what is better in the long run follows as a migration.
/// </summary>
internal sealed partial class PipelineControl
{
    private readonly Dictionary<int, int> _losses = []; // device: how often it was lost
    private readonly HashSet<StageAssignment> _mapped = [];
    private List<StageAssignment> _spares = [];

    /// <summary>Devices beside the plan in force, each with the layers that it maps or is mapping.</summary>
    public IReadOnlyList<StageAssignment> Spares => _spares;

    /// <summary>Losses after which a spare with its layers mapped took over.</summary>
    public long SpareSwitches { get; private set; }

    /// <summary>Gives each spare one stage's layers: first of the devices that were lost most often, then of those with the most layers.</summary>
    private void ChooseSpares()
    {
        Queue<StageAssignment> likeliest = new(_inForce!.Stages
            .OrderByDescending(stage => _losses.GetValueOrDefault(stage.Device.Device)).ThenByDescending(static stage => stage.Layers.Count));
        List<DeviceLife> idle = [.. Usable().Where(device => !Has(_inForce, device)).OrderBy(static device => device.Device)];
        List<StageAssignment> spares = [];
        while (idle.Count > 0 && likeliest.TryDequeue(out StageAssignment stage))
        {
            // Who maps the layers already keeps them.
            List<DeviceLife> able = [.. idle.Where(device => _source.Fits(device, stage.Layers) && !IsCrowded([new StageAssignment(device, stage.Layers)]))];
            if (able.Count > 0)
            {
                DeviceLife device = able.Find(device => _spares.Contains(new StageAssignment(device, stage.Layers))) is { Life: > 0 } same ? same : able[0];
                spares.Add(new StageAssignment(device, stage.Layers));
                idle.Remove(device);
            }
        }

        _spares = spares;
        _mapped.IntersectWith(spares);
    }

    private void MapSpares()
    {
        if (Phase != ControlPhase.Serving)
        {
            return;
        }

        foreach (StageAssignment spare in _spares)
        {
            if (!_mapped.Contains(spare))
            {
                _port.Send(Address.Device(spare.Device.Device), new MapLayers(_self, spare.Device, spare.Layers));
            }
        }
    }

    private void Heard(LayersMapped mapped)
    {
        StageAssignment spare = new(mapped.Device, mapped.Layers);
        if (_spares.Contains(spare))
        {
            _mapped.Add(spare);
        }
    }

    /// <summary>The plan in force with each lost device's spare in its place; null where one has none.</summary>
    private List<StageAssignment>? SwitchToSpares(HashSet<DeviceLife> usable)
    {
        if (_inForce is null || _inForce.Stages.All(stage => usable.Contains(stage.Device)))
        {
            return null;
        }

        List<StageAssignment> stages = [];
        foreach (StageAssignment stage in _inForce.Stages)
        {
            StageAssignment chosen = stage;
            if (!usable.Contains(stage.Device))
            {
                chosen = _spares.Find(spare => spare.Layers == stage.Layers && _mapped.Contains(spare) && IsFree(spare.Device));
                if (chosen.Layers.Count == 0)
                {
                    return null;
                }
            }

            stages.Add(chosen);
        }

        if (!stages.TrueForAll(stage => _source.Fits(stage.Device, stage.Layers)))
        {
            return null;
        }

        SpareSwitches++;
        return stages;

        // A migration may have given a spare a stage since.
        bool IsFree(DeviceLife device) => usable.Contains(device) && !Has(_inForce, device);
    }
}
