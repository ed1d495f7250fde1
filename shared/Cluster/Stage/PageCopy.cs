using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// The sending end of a live migration: the pages of a run of layers are sent to another device while steps continue to write them. A page is clean when the receiver has its last
/// version; every write makes it dirty again. The least recently written pages are sent first, so that the pages which every step writes are left for the end, when no step is in flight
/// (pre-copy: Clark et al., Live Migration of Virtual Machines, 2005).
/// </summary>
internal sealed class PageCopy(
    long epoch, DeviceLife self, PageMove move, IStageWork work, StageJournals journals, PageProofs proofs, IControlPort port, StageOptions options, StageCounters counters)
{
    private const int PagesOfTurn = 4; // few, because a step may be waiting

    private readonly int[] _version = new int[work.PageCount]; // by page: writes since the copy began, with the contents before it as one write; 0: nothing to copy
    private readonly int[] _arrived = new int[work.PageCount]; // by page: the version that the receiver has
    private readonly TimeSpan[] _sent = new TimeSpan[work.PageCount];
    private readonly TimeSpan[] _timeout = new TimeSpan[work.PageCount];
    private readonly long[] _written = new long[work.PageCount]; // by page: number of its last write, among the writes of all pages
    private readonly HashSet<int> _inFlight = [];
    private readonly SortedSet<(long Write, int Page)> _dirty = [];
    private readonly HashSet<int> _first = []; // pages that had contents at the start and have not arrived yet
    private bool _begun;
    private long _writes;
    private int _pages; // number of pages with contents to copy
    private long _sends;

    /// <summary>Whether the receiver has the last version of every page.</summary>
    public bool Clean => _dirty.Count == 0 && _inFlight.Count == 0;

    /// <summary>
    /// Whether every page has arrived once, and the dirty pages either are few enough to be sent while no step is in flight, or do not become fewer because steps write pages as fast as
    /// they are sent.
    /// </summary>
    public bool NearlyClean => _first.Count == 0 && (_dirty.Count + _inFlight.Count <= options.PagesAtEnd || _sends > 2L * _pages);

    /// <summary>Records that a page was written.</summary>
    public void OnWritten(int page)
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

    /// <summary>Records that a version of a page has arrived.</summary>
    public void On(PageTaken message)
    {
        if (message.Layers == move.Layers && message.Version > _arrived[message.Page])
        {
            _arrived[message.Page] = message.Version;
            _inFlight.Remove(message.Page);
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

    /// <summary>Sends pages up to the limit in flight, and repeats those that were not acknowledged.</summary>
    public void Advance(TimeSpan now)
    {
        _begun = true;
        foreach (int page in _inFlight)
        {
            // A receiver answers only after the step that it computes, which may be long: the timeout doubles.
            if (now - _sent[page] >= _timeout[page])
            {
                _timeout[page] *= 2;
                Send(page, now);
            }
        }

        for (int sent = 0; sent < PagesOfTurn && _inFlight.Count < options.PagesInFlight && Next() is var page and >= 0; sent++)
        {
            _dirty.Remove((_written[page], page));
            _inFlight.Add(page);
            _timeout[page] = options.RepeatAfter;
            _sends++;
            Send(page, now);
        }
    }

    private int Next()
    {
        foreach ((long _, int page) in _dirty)
        {
            if (!_inFlight.Contains(page))
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
