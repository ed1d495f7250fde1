namespace OrleansInference.Serving.Control;

/// <summary>
/// The sending end of a live migration: the pages of a run of layers go to another device while steps go on writing them. A page is clean when the
/// receiver has its last version; every write makes it dirty again.
/// </summary>
internal sealed class PageCopy(long epoch, DeviceLife self, PageMove move, IStageWork work, IControlPort port, StageOptions options, StageCounters counters)
{
    private readonly int[] _version = new int[work.PageCount]; // writes since the copy began, the contents before it being the first; 0: nothing to copy
    private readonly int[] _arrived = new int[work.PageCount];
    private readonly TimeSpan[] _sent = new TimeSpan[work.PageCount];
    private readonly HashSet<int> _underWay = [];
    private readonly SortedSet<int> _dirty = [];

    /// <summary>Whether the receiver has everything.</summary>
    public bool Clean => _dirty.Count == 0 && _underWay.Count == 0;

    /// <summary>Notes that a page was written.</summary>
    public void Written(int page)
    {
        _version[page]++;
        _dirty.Add(page);
    }

    /// <summary>Notes that a version of a page has arrived.</summary>
    public void Taken(PageTaken message)
    {
        if (message.Layers == move.Layers && message.Version > _arrived[message.Page])
        {
            _arrived[message.Page] = message.Version;
            _underWay.Remove(message.Page);
            if (message.Version < _version[message.Page])
            {
                _dirty.Add(message.Page);
            }
            else
            {
                _dirty.Remove(message.Page);
            }
        }
    }

    /// <summary>Sends what there is room for, and again what was not answered.</summary>
    public void Advance(TimeSpan now)
    {
        foreach (int page in _underWay)
        {
            if (now - _sent[page] >= options.RepeatAfter)
            {
                Send(page, now);
            }
        }

        while (_underWay.Count < options.PagesUnderWay && Next() is var page and >= 0)
        {
            _dirty.Remove(page);
            _underWay.Add(page);
            Send(page, now);
        }
    }

    private int Next()
    {
        foreach (int page in _dirty)
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
        byte[] contents = work.ReadPage(move.Layers, page);
        counters.Copied(contents.Length);
        port.Send(Address.Device(move.To.Device), new PageContents(epoch, self, move.Layers, page, _version[page], contents));
    }
}
