using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Loads layers for requests (<see cref="LoadLayers"/>, <see cref="MapLayers"/>) on another thread while steps are computed, one request at a time in the order of arrival. The actor
/// receives a request when its layers are loaded, and answers it. The device's thread and the simulator share this class.
/// </summary>
/// <remarks>
/// The loading thread makes layers usable before it reports the end of the load. A request that is repeated in between must wait: pages arrive after the answer, and the warm-up must run
/// before they do.
/// </remarks>
/// <param name="actor">Answers the requests.</param>
/// <param name="work">Holds the layers.</param>
/// <param name="begin">Starts to load layers on another thread. The caller reports the end with <see cref="OnLoaded"/>.</param>
public sealed class LayerLoader(StageActor actor, IStageWork work, Action<LayerRange> begin)
{
    private readonly Queue<ControlMessage> _waiting = new();
    private ControlMessage? _loading; // the request whose layers are being loaded
    private LayerRange? _expected; // the layers that are being loaded before a request
    private bool _warm;

    private bool IsLoading => _loading is not null || _expected is not null;

    /// <summary>Before the first plan, loads layers that it is expected to need, and warms them up. Layers that do not fit are not loaded.</summary>
    public void Expect(LayerRange layers)
    {
        if (!IsLoading && _waiting.Count == 0 && actor.IsUntouched && !work.Holds(layers))
        {
            _expected = layers;
            begin(layers);
        }
    }

    /// <summary>Queues a request whose layers are not loaded, or whose load has not been reported.</summary>
    /// <returns>False if the actor may receive the message now.</returns>
    public bool Take(ControlMessage message)
    {
        LayerRange layers = LayersOf(message);
        if (layers.Count == 0 || (!IsLoading && work.Holds(layers)))
        {
            return false;
        }

        // Routers repeat a request until it is answered. One answer is enough.
        if (message != _loading && !_waiting.Contains(message))
        {
            _waiting.Enqueue(message);
            BeginNext();
        }

        return true;
    }

    /// <summary>Reports the end of the current load.</summary>
    /// <param name="shortage">The reason why the layers do not fit; null when they are loaded.</param>
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
            actor.Receive(message);
        }
        else if (actor.MakeRoom(message))
        {
            Begin(message);
        }
        else
        {
            actor.Refuse(message, shortage);
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
                actor.Receive(next);
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

    /// <summary>Warms up before the first plan, so that no stream waits for it. The layers may have been released since they were loaded.</summary>
    private void WarmUpOnce(LayerRange layers)
    {
        if (!_warm && actor.IsUntouched && work.Holds(layers))
        {
            work.WarmUp(layers);
        }

        _warm = true;
    }
}
