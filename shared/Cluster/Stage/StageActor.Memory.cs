using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Stage;

/// <summary>Memory is taken when layers are loaded, nowhere else. Layers that there is no room for are refused, and what is here stays.</summary>
internal sealed partial class StageActor
{
    private bool _spare; // layers were mapped for the case that another device is lost

    /// <summary>Refuses what could not be loaded.</summary>
    /// <param name="asked">A <see cref="LoadLayers"/> or <see cref="MapLayers"/>.</param>
    /// <param name="reason">What was wanted, and what there is.</param>
    public void Refuse(ControlMessage asked, string reason)
    {
        switch (asked)
        {
            case LoadLayers load: Refuse(load.Epoch, load.Router, load.Layers, reason); break;
            case MapLayers map: Refuse(0, map.Router, map.Layers, reason); break;
        }
    }

    /// <summary>Gives up layers that no plan needs: of a migration that came to nothing, or mapped for the case of a loss.</summary>
    /// <param name="asked">What there was no room for, a <see cref="LoadLayers"/> or <see cref="MapLayers"/>.</param>
    /// <returns>Whether there were any, so that it is worth trying again.</returns>
    public bool MakeRoom(ControlMessage asked)
    {
        bool abandoned = _arrivals is not null && asked is LoadLayers load && Listens(load.Router) && load.Epoch > _arrivals.Epoch;
        if (!abandoned && (!_spare || _arrivals is not null))
        {
            return false;
        }

        _arrivals = null;
        _spare = false;
        Keep(Layers, default);
        return true;
    }

    /// <summary>Loads layers for a migration or as a spare, or refuses them.</summary>
    private bool TryLoad(ControlMessage asked, LayerRange layers)
    {
        string? full = TryLoad(layers);
        if (full is not null && MakeRoom(asked))
        {
            full = TryLoad(layers);
        }

        if (full is not null)
        {
            Refuse(asked, full);
        }

        return full is null;
    }

    /// <summary>
    /// Loads the layers of a plan that was saved, or refuses them. When there is no room for them beside those that are here, these go, with their pages: the plan
    /// that they belong to is over.
    /// </summary>
    private bool TryLoad(JoinPlan join, LayerRange layers)
    {
        string? full = TryLoad(layers);
        if (full is not null && _work.Fits(layers))
        {
            GiveUp(join);
            full = TryLoad(layers);
        }

        if (full is not null)
        {
            Refuse(join.Plan.Epoch, join.Plan.Router, layers, full);
        }

        return full is null;
    }

    /// <summary>From here on nothing is here, and no earlier plan comes back.</summary>
    private void GiveUp(JoinPlan join)
    {
        _plan = join.Plan;
        _join = join;
        ForgetContents(join.FirstStep);
    }

    /// <returns>Why there is no room for them; null when they are loaded.</returns>
    private string? TryLoad(LayerRange layers)
    {
        try
        {
            _work.Load(layers);
            return null;
        }
        catch (InferenceException error) when (error.Code == ErrorCode.OutOfMemory)
        {
            return error.Message;
        }
    }

    private void Refuse(long epoch, int router, LayerRange layers, string reason) =>
        _port.Send(OwnRouter, new LayersRefused(epoch, router, _self, layers, !_work.Fits(layers), reason));
}
