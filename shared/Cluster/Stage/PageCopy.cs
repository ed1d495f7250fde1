using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// The sending end of a live migration: the pages of a run of layers go to another device while steps go on writing them. A page is clean when the
/// receiver has its last version; every write makes it dirty again. Those written longest ago go first, so that what every step writes waits for the end, when no
/// step is under way (pre-copy: Clark et al., Live Migration of Virtual Machines, 2005).
/// </summary>
internal sealed class PageCopy(
    long epoch, DeviceLife self, PageMove move, IStageWork work, StageJournals journals, PageProofs proofs, IControlPort port, StageOptions options, StageCounters counters)
{
    private const int AtOnce = 4; // pages sent in a row: a step may have come meanwhile

    private readonly int[] _version = new int[work.PageCount]; // writes since the copy began, the contents before it being the first; 0: nothing to copy
    private readonly int[] _arrived = new int[work.PageCount];
    private readonly TimeSpan[] _sent = new TimeSpan[work.PageCount];
    private readonly TimeSpan[] _patience = new TimeSpan[work.PageCount];
    private readonly long[] _written = new long[work.PageCount]; // the write of all that was its last
    private readonly HashSet<int> _underWay = [];
    private readonly SortedSet<(long Write, int Page)> _dirty = [];
    private readonly HashSet<int> _first = []; // pages of the beginning that have not arrived yet
    private bool _begun;
    private long _writes;
    private int _pages; // that there was something to copy of
    private long _sends;

    /// <summary>Whether the receiver has everything.</summary>
    public bool Clean => _dirty.Count == 0 && _underWay.Count == 0;

    /// <summary>
    /// Whether all has arrived once, and so little of what was written since is left that it can follow while no step is under way; or it does not get less, because steps write
    /// pages as fast as they go.
    /// </summary>
    public bool NearlyClean => _first.Count == 0 && (_dirty.Count + _underWay.Count <= options.PagesAtEnd || _sends > 2L * _pages);

    /// <summary>Notes that a page was written.</summary>
    public void Written(int page)
    {
        if (_version[page] == 0)
        {
            _pages++;
            if (!_begun)
            {
                _first.Add(page);
            }
        }

        _version[page]++;
        _dirty.Remove((_written[page], page));
        _written[page] = ++_writes;
        _dirty.Add((_writes, page));
    }

    /// <summary>Notes that a version of a page has arrived.</summary>
    public void Taken(PageTaken message)
    {
        if (message.Layers == move.Layers && message.Version > _arrived[message.Page])
        {
            _arrived[message.Page] = message.Version;
            _underWay.Remove(message.Page);
            _first.Remove(message.Page);
            if (message.Version < _version[message.Page])
            {
                _dirty.Add((_written[message.Page], message.Page));
            }
            else
            {
                _dirty.Remove((_written[message.Page], message.Page));
            }
        }
    }

    /// <summary>Sends what there is room for, and again what was not answered.</summary>
    public void Advance(TimeSpan now)
    {
        _begun = true;
        foreach (int page in _underWay)
        {
            // A receiver in the midst of a long step answers after it.
            if (now - _sent[page] >= _patience[page])
            {
                _patience[page] *= 2;
                Send(page, now);
            }
        }

        for (int sent = 0; sent < AtOnce && _underWay.Count < options.PagesUnderWay && Next() is var page and >= 0; sent++)
        {
            _dirty.Remove((_written[page], page));
            _underWay.Add(page);
            _patience[page] = options.RepeatAfter;
            _sends++;
            Send(page, now);
        }
    }

    private int Next()
    {
        foreach ((long _, int page) in _dirty)
        {
            if (!_underWay.Contains(page))
            {
                return page;
            }
        }

        return -1;
    }

    private void Send(int page, TimeSpan now)
    {
        _sent[page] = now;
        PageContents contents = new(epoch, self, move.Layers, page, _version[page], work.ReadPage(move.Layers, page))
        {
            Kept = journals.Read(move.Layers, page),
            Proof = proofs.Read(move.Layers, page),
        };
        counters.Copied(contents.Bytes);
        port.Send(Address.Device(move.To.Device), contents);
    }
}
