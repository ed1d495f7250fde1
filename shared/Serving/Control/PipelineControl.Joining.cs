namespace OrleansInference.Serving.Control;

/// <summary>Stages join the plan that was saved, and say what they hold.</summary>
internal sealed partial class PipelineControl
{
    private readonly Dictionary<int, bool> _joined = []; // device: whether it holds the base
    private List<LayerRange> _missing = [];

    private void Joined(Joined joined)
    {
        Hear(joined.Device);
        if (Phase != ControlPhase.Joining || joined.Epoch != _target!.Epoch || !Has(_target, joined.Device))
        {
            return;
        }

        _outbox.Remove(new ControlKey(ControlKeyKind.Join, joined.Device.Device));
        _joined[joined.Device.Device] = joined.HoldsBase && joined.Pages is not null;
        _inventories[joined.Device.Device] = joined.Pages ?? [];
        if (_joined.Count == _target.Stages.Count)
        {
            _joinedAt = _now;
            _missing = FindMissing(_target.Layers, HasPages);
            DropUnproven();
            BringBack();
        }
    }

    /// <summary>Whether the device that is to run a layer has its pages.</summary>
    private bool HasPages(int layer)
    {
        DeviceLife device = _target!.StageWith(layer).Device;
        return _inForce is not null && _joined[device.Device] && !_further.Contains(device) && _inForce.StageWith(layer).Device == device;
    }

    /// <summary>Layers whose pages are not where they are needed.</summary>
    private static List<LayerRange> FindMissing(int layers, Func<int, bool> hasPages)
    {
        List<LayerRange> missing = [];
        for (int layer = 0; layer < layers; layer++)
        {
            if (hasPages(layer))
            {
                continue;
            }

            if (missing.Count > 0 && missing[^1].End == layer)
            {
                missing[^1] = missing[^1] with { End = layer + 1 };
            }
            else
            {
                missing.Add(new LayerRange(layer, layer + 1));
            }
        }

        return missing;
    }
}
