using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Layers that are loaded before a plan needs them: for a plan in preparation, with the pages that arrive for it, or as a spare in case another device is lost. Loading layers is the
/// only operation that allocates memory. Layers that do not fit are refused, and the loaded ones stay.
/// </summary>
internal sealed class PreparedLayers(DeviceLife self, IStageWork work, StagePages pages, StagePlan plan, ServedPipeline pipeline, IControlPort port, StageOptions options, StageCounters counters)
{
    private bool _isSpare; // layers were mapped as a spare

    /// <summary>The pages that arrive for a plan in preparation; null if there is none.</summary>
    public PageArrivals? Arrivals { get; private set; }

    public void On(LoadLayers load)
    {
        if (!pipeline.Accepts(load.Router) || load.Device != self || load.Epoch <= plan.Epoch)
        {
            pipeline.Refuse(load.Router);
            return;
        }

        if (Arrivals is null || Arrivals.Epoch < load.Epoch)
        {
            if (!TryLoad(load, load.Layers))
            {
                return;
            }

            Arrivals = new PageArrivals(load.Epoch, load.Layers, work, new StageJournals(options.JournalPages, work.HiddenWidth), port, counters);
        }

        if (Arrivals.Epoch == load.Epoch)
        {
            pipeline.Send(new LayersLoaded(load.Epoch, self));
        }
    }

    public void On(MapLayers map)
    {
        if (pipeline.Accepts(map.Router) && map.Device == self && TryLoad(map, map.Layers))
        {
            _isSpare = true;
            pipeline.Send(new LayersMapped(map.Router, self, map.Layers));
        }
    }

    /// <summary>Loads layers.</summary>
    /// <returns>The reason why they do not fit; null when they are loaded.</returns>
    public string? TryLoad(LayerRange layers)
    {
        try
        {
            work.Load(layers);
            return null;
        }
        catch (InferenceException error) when (error.Code == ErrorCode.OutOfMemory)
        {
            return error.Message;
        }
    }

    /// <summary>Releases layers that the plan in force does not need: those of an abandoned preparation, or of a spare.</summary>
    /// <param name="request">The <see cref="LoadLayers"/> or <see cref="MapLayers"/> that needs the memory.</param>
    /// <returns>Whether layers were released, so that loading may succeed now.</returns>
    public bool MakeRoom(ControlMessage request)
    {
        bool isAbandoned = Arrivals is not null && request is LoadLayers load && pipeline.Accepts(load.Router) && load.Epoch > Arrivals.Epoch;
        if (!isAbandoned && (!_isSpare || Arrivals is not null))
        {
            return false;
        }

        Arrivals = null;
        _isSpare = false;
        pages.Keep(plan.Layers, default);
        return true;
    }

    /// <summary>Refuses layers that could not be loaded.</summary>
    /// <param name="request">A <see cref="LoadLayers"/> or <see cref="MapLayers"/>.</param>
    /// <param name="reason">The memory that the layers need, and the memory that is free.</param>
    public void Refuse(ControlMessage request, string reason)
    {
        switch (request)
        {
            case LoadLayers load: Refuse(load.Epoch, load.Router, load.Layers, reason); break;
            case MapLayers map: Refuse(0, map.Router, map.Layers, reason); break;
        }
    }

    /// <param name="epoch">Epoch of the plan that the layers belong to; 0 for a spare.</param>
    /// <param name="router">The router that asked for them.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="reason">The memory that the layers need, and the memory that is free.</param>
    public void Refuse(long epoch, int router, LayerRange layers, string reason) =>
        pipeline.Send(new LayersRefused(epoch, router, self, layers, !work.Fits(layers), reason));

    /// <summary>Ends the preparation of a plan that is in force or was abandoned.</summary>
    public void ClearArrivals() => Arrivals = null;

    /// <summary>Forgets that layers were mapped as a spare.</summary>
    public void ClearSpare() => _isSpare = false;

    private bool TryLoad(ControlMessage request, LayerRange layers)
    {
        string? shortage = TryLoad(layers);
        if (shortage is not null && MakeRoom(request))
        {
            shortage = TryLoad(layers);
        }

        if (shortage is not null)
        {
            Refuse(request, shortage);
        }

        return shortage is null;
    }
}
