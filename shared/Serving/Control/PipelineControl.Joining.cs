namespace OrleansInference.Serving.Control;

/// <summary>Stages join the plan that was saved, and say what they hold.</summary>
internal sealed partial class PipelineControl
{
    private readonly Dictionary<int, bool> _joined = []; // device: whether it holds the base
    private List<LayerRange> _missing = []; // whose pages are not where they are needed

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
            _missing = new LayerRange(0, _target.Layers).RunsWhere(layer => !HasPages(layer));
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
}
