using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// Warm spares: devices without a stage map the layers that are most likely to be lost. After a loss of these layers the spare replaces the device immediately, without loading. The
/// better plan follows as a migration.
/// </summary>
internal sealed class SpareStages(int self, IPlanSource source, IControlPort port)
{
    private readonly HashSet<StageAssignment> _mapped = [];
    private List<StageAssignment> _spares = [];

    /// <summary>Each spare with the layers that it maps or is mapping.</summary>
    public IReadOnlyList<StageAssignment> All => _spares;

    /// <summary>Number of losses after which a spare with its layers mapped took over.</summary>
    public long Switches { get; private set; }

    /// <summary>Assigns the layers of one stage to each idle device: first those of the devices that were lost most often, then those of the devices with the most layers.</summary>
    /// <param name="inForce">The plan in force.</param>
    /// <param name="idle">Usable devices without a stage.</param>
    /// <param name="lossesOf">Returns the number of losses of a device.</param>
    /// <param name="isRefused">Returns whether a device has refused some layers.</param>
    public void Choose(PipelinePlan inForce, List<DeviceLife> idle, Func<DeviceLife, int> lossesOf, Predicate<StageAssignment> isRefused)
    {
        Queue<StageAssignment> likeliest = new(inForce.Stages
            .OrderByDescending(stage => lossesOf(stage.Device)).ThenByDescending(static stage => stage.Layers.Count));
        List<StageAssignment> spares = [];
        while (idle.Count > 0 && likeliest.TryDequeue(out StageAssignment stage))
        {
            // A device that maps the layers already keeps them.
            List<DeviceLife> able = [.. idle.Where(device => source.Fits(device, stage.Layers) && !isRefused(new StageAssignment(device, stage.Layers)))];
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

    /// <summary>Asks the spares to map their layers.</summary>
    public void Map()
    {
        foreach (StageAssignment spare in _spares)
        {
            if (!_mapped.Contains(spare))
            {
                port.Send(Address.Device(spare.Device.Device), new MapLayers(self, spare.Device, spare.Layers));
            }
        }
    }

    public void OnMapped(LayersMapped mapped)
    {
        StageAssignment spare = new(mapped.Device, mapped.Layers);
        if (_spares.Contains(spare))
        {
            _mapped.Add(spare);
        }
    }

    public bool Contains(StageAssignment spare) => _spares.Contains(spare);

    public void Remove(StageAssignment spare)
    {
        _spares.Remove(spare);
        _mapped.Remove(spare);
    }

    /// <summary>Returns the stages in force with a spare in place of each lost device; null where a lost device has no spare.</summary>
    public List<StageAssignment>? Switch(PipelinePlan inForce, HashSet<DeviceLife> usable)
    {
        if (inForce.Stages.All(stage => usable.Contains(stage.Device)))
        {
            return null;
        }

        List<StageAssignment> stages = [];
        foreach (StageAssignment stage in inForce.Stages)
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

        if (!stages.TrueForAll(stage => source.Fits(stage.Device, stage.Layers)))
        {
            return null;
        }

        Switches++;
        return stages;

        // A migration may have assigned a stage to the spare in the meantime.
        bool IsFree(DeviceLife device) => usable.Contains(device) && !inForce.Has(device);
    }
}
