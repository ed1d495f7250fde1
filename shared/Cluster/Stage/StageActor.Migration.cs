using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>A plan to be: layers are loaded and pages copied while the plan in force serves; nothing of it is used before it is joined.</summary>
internal sealed partial class StageActor
{
    private readonly List<PageCopy> _copies = [];
    private PageArrivals? _arrivals;
    private long _copyEpoch;
    private long _frozenAfter = -1;
    private bool _copied;
    private bool _finished;

    private void ResetCopies()
    {
        EndCopies();
        _arrivals = null;
    }

    private void EndCopies()
    {
        _copies.Clear();
        _copyEpoch = 0;
        _frozenAfter = -1;
    }

    private void Load(LoadLayers load)
    {
        if (!Listens(load.Router) || load.Device != _self || load.Epoch <= Epoch)
        {
            Refuse(load.Router);
            return;
        }

        if (_arrivals is null || _arrivals.Epoch < load.Epoch)
        {
            if (!TryLoad(load, load.Layers))
            {
                return;
            }

            _arrivals = new PageArrivals(load.Epoch, load.Layers, _work, NewJournals(), _port, Counters);
        }

        if (_arrivals.Epoch == load.Epoch)
        {
            _port.Send(OwnRouter, new LayersLoaded(load.Epoch, _self));
        }
    }

    private void Map(MapLayers map)
    {
        if (Listens(map.Router) && map.Device == _self && TryLoad(map, map.Layers))
        {
            _spare = true;
            _port.Send(OwnRouter, new LayersMapped(map.Router, _self, map.Layers));
        }
    }

    private void Copy(CopyPages copy)
    {
        if (!Listens(copy.Router) || !Runs || copy.Serving != Epoch || copy.Epoch < _copyEpoch)
        {
            return;
        }

        if (copy.Epoch > _copyEpoch)
        {
            _copies.Clear();
            _copyEpoch = copy.Epoch;
            _frozenAfter = -1;
            _copied = false;
            _finished = false;
            _copies.AddRange(copy.Moves.Select(move => new PageCopy(copy.Epoch, _self, move, _work, _journals, _proofs, _port, _options, Counters)));
            foreach (PageCopy move in _copies)
            {
                foreach (int page in _written)
                {
                    move.Written(page);
                }
            }
        }
        else if (_copied)
        {
            Report(final: false);
        }

        AdvanceCopies();
    }

    private void Arrive(PageContents contents)
    {
        if (_arrivals?.Epoch != contents.Epoch || contents.Epoch <= Epoch)
        {
            return;
        }

        if (_held.Count > 0 && contents.Layers.Overlaps(Layers))
        {
            // Another device has these layers in the plan in force: the one that this device knows is over, and its pages are written over from here on.
            ForgetHeld();
            EndCopies();
            ResetPages();
            ResetVerification();
        }

        if (_arrivals.Take(contents))
        {
            _written.Add(contents.Page);
        }
    }

    private void Taken(PageTaken taken)
    {
        if (taken.Epoch == _copyEpoch)
        {
            _copies.ForEach(copy => copy.Taken(taken));
            AdvanceCopies();
        }
    }

    private void Freeze(FreezePages freeze)
    {
        if (freeze.Epoch == _copyEpoch)
        {
            _frozenAfter = freeze.LastStep;
            _finished = false;
            AdvanceCopies();
        }
    }

    private void AdvanceCopies()
    {
        bool clean = _copyEpoch != 0;
        bool nearly = clean;
        foreach (PageCopy copy in _copies)
        {
            copy.Advance(_now);
            clean &= copy.Clean;
            nearly &= copy.NearlyClean;
        }

        if (nearly && !_copied)
        {
            _copied = true;
            Report(final: false);
        }

        if (clean && !_finished && _frozenAfter >= 0 && _frozenAfter <= LastStep)
        {
            _finished = true;
            Report(final: true);
        }
    }

    private void Report(bool final) => _port.Send(OwnRouter, new PagesCopied(_copyEpoch, _self, final));
}
