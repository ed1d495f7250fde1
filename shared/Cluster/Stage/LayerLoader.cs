using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Decides what becomes of a request to load layers (<see cref="LoadLayers"/>, <see cref="MapLayers"/>). Layers are loaded on another thread, beside the steps, one request at a time in the order of
/// arrival; the machine receives a request when its load was reported here, with nothing left to be done before the answer. The device's thread and the simulator share this class.
/// </summary>
/// <remarks>
/// The loading thread makes layers usable before this thread learns of it. A request that is repeated in between must wait: an answer invites pages, and what still follows the load
/// (the warm-up) must come before them.
/// </remarks>
/// <param name="machine">Answers the requests.</param>
/// <param name="work">Whose layers they are.</param>
/// <param name="begin">Begins to load layers on another thread; the owner reports the end with <see cref="OnLoaded"/>.</param>
internal sealed class LayerLoader(StageActor machine, IStageWork work, Action<LayerRange> begin)
{
    private readonly Queue<ControlMessage> _waiting = new();
    private ControlMessage? _loading; // that is answered when its layers are loaded
    private LayerRange? _expected; // that are loaded before anybody asks
    private bool _warm;

    private bool IsLoading => _loading is not null || _expected is not null;

    /// <summary>Loads layers that a plan is expected to ask for, and warms them up, while there is no plan yet. Nothing comes of it where there is no room.</summary>
    public void Expect(LayerRange layers)
    {
        if (!IsLoading && _waiting.Count == 0 && machine.IsUntouched && !work.Holds(layers))
        {
            _expected = layers;
            begin(layers);
        }
    }

    /// <summary>Takes a message that asks for layers which have to be loaded first, or which may not be reported yet.</summary>
    /// <returns>False when the machine may receive the message now.</returns>
    public bool Take(ControlMessage message)
    {
        LayerRange layers = LayersOf(message);
        if (layers.Count == 0 || (!IsLoading && work.Holds(layers)))
        {
            return false;
        }

        // Routers repeat requests that are not answered: one answer is enough.
        if (message != _loading && !_waiting.Contains(message))
        {
            _waiting.Enqueue(message);
            BeginNext();
        }

        return true;
    }

    /// <summary>The load that was begun last has ended.</summary>
    /// <param name="shortage">Why there was no room for the layers; null when they are loaded.</param>
    public void OnLoaded(string? shortage)
    {
        if (_expected is { } expected)
        {
            _expected = null;
            if (shortage is null)
            {
                WarmUpOnce(expected);
            }

            BeginNext();
            return;
        }

        ControlMessage message = _loading!;
        _loading = null;
        if (shortage is null)
        {
            WarmUpOnce(LayersOf(message));
            machine.Receive(message);
        }
        else if (machine.MakeRoom(message))
        {
            Begin(message);
        }
        else
        {
            machine.Refuse(message, shortage);
        }

        BeginNext();
    }

    private static LayerRange LayersOf(ControlMessage message) => message switch { LoadLayers load => load.Layers, MapLayers map => map.Layers, _ => default };

    private void BeginNext()
    {
        while (!IsLoading && _waiting.TryDequeue(out ControlMessage? next))
        {
            if (work.Holds(LayersOf(next)))
            {
                machine.Receive(next);
            }
            else
            {
                Begin(next);
            }
        }
    }

    private void Begin(ControlMessage message)
    {
        _loading = message;
        begin(LayersOf(message));
    }

    /// <summary>Before the first plan, so that no stream waits for it. The layers may have been given up since they were loaded.</summary>
    private void WarmUpOnce(LayerRange layers)
    {
        if (!_warm && machine.IsUntouched && work.Holds(layers))
        {
            work.WarmUp(layers);
        }

        _warm = true;
    }
}
