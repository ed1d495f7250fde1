using OrleansInference.Compute;
using OrleansInference.Serving.Pages;

namespace OrleansInference.Serving.Offload;

/// <summary>
/// Evicted pages in host memory and, where there is a file, behind it: a thread of its own moves the oldest from memory to the file, so that no step waits for
/// a disk that writes. What cannot be written or read back as it was is lost. Used by the engine's thread.
/// </summary>
internal sealed class OffloadStore : IPageStore, IDisposable
{
    /// <summary>Frames that stand between the pool and a file at least: what one step evicts must find room while the file is written.</summary>
    private const int LeastFrames = 64;

    private readonly PageContents _contents;
    private readonly TimeProvider _time;
    private readonly object _lock = new(); // over places and free numbers; pulsed when the writer has something to do
    private readonly Place[] _places;
    private readonly byte[]?[] _frames;
    private readonly Stack<int> _freeFrames;
    private readonly Stack<int> _freeBlocks;
    private readonly Queue<(int Slot, long Save)> _inMemory = new(); // in the order of saving; some have been freed since
    private readonly PageFile? _file;
    private readonly Thread? _writer;
    private readonly int _spareFrames;
    private byte[]? _scratch;
    private long _saves;
    private bool _disposed;
    private long _allowedSince;
    private TimeSpan _allowed;
    private bool _loaded;

    private struct Place
    {
        public long Save; // which save it was; 0 where nothing is
        public int Frame; // −1 when in the file
        public int Block; // −1 when not in the file
        public PageChecksum Sum;
    }

    private OffloadStore(PageContents contents, int frames, int blocks, PageFile? file, TimeProvider time)
    {
        _contents = contents;
        _time = time;
        _file = file;
        _spareFrames = file is null ? 0 : Math.Min(frames / 2, LeastFrames);
        Slots = frames - _spareFrames + blocks;
        _places = new Place[Slots];
        _frames = new byte[]?[frames];
        _freeFrames = new Stack<int>(Enumerable.Range(0, frames).Reverse());
        _freeBlocks = new Stack<int>(Enumerable.Range(0, blocks).Reverse());
        if (file is not null)
        {
            _writer = new Thread(WriteBehind) { IsBackground = true, Name = "Page writer" };
            _writer.Start();
        }
    }

    public int Slots { get; }

    /// <summary>Makes the store that the options ask for, or null where they ask for none.</summary>
    /// <exception cref="Models.InferenceException">The file cannot be created.</exception>
    public static OffloadStore? Create(ServingOptions options, PageContents contents, TimeProvider time)
    {
        int frames = Count(options.OffloadMemoryBytes, contents.Bytes);
        int blocks = Count(options.OffloadFileBytes, contents.Bytes);
        if (blocks > 0)
        {
            return new OffloadStore(contents, Math.Max(frames, LeastFrames), blocks, PageFile.Create(options.OffloadFolder ?? UserCache.Folder("pages"), contents.Bytes), time);
        }

        return frames > 0 ? new OffloadStore(contents, frames, 0, null, time) : null;
    }

    public void Allow(TimeSpan time)
    {
        _allowedSince = _time.GetTimestamp();
        _allowed = time;
        _loaded = false;
    }

    public void Save(int page, int slot)
    {
        Free(slot);
        int frame;
        lock (_lock)
        {
            // Without a frame the page is lost: better than a step that waits.
            if (!_freeFrames.TryPop(out frame))
            {
                return;
            }
        }

        PageChecksum sum = _contents.Read(page, _frames[frame] ??= GC.AllocateUninitializedArray<byte>(_contents.Bytes));
        lock (_lock)
        {
            _places[slot] = new Place { Save = ++_saves, Frame = frame, Block = -1, Sum = sum };
            if (_file is not null)
            {
                _inMemory.Enqueue((slot, _saves));
                Monitor.Pulse(_lock);
            }
        }
    }

    public PageLoad Load(int slot, int page)
    {
        if (_allowed <= TimeSpan.Zero || (_loaded && _time.GetElapsedTime(_allowedSince) >= _allowed))
        {
            return PageLoad.Later;
        }

        // One is loaded however little time there is, so that it goes on.
        _loaded = true;
        Place place;
        lock (_lock)
        {
            place = _places[slot];
        }

        // A frame that the writer gives up now is filled by nobody else than this thread, a block not written again before it is freed.
        byte[]? data = place.Save == 0 ? null : place.Frame >= 0 ? _frames[place.Frame] : ReadBlock(place.Block);
        return data is not null && _contents.Write(page, data) == place.Sum ? PageLoad.Loaded : PageLoad.Lost;
    }

    public void Free(int slot)
    {
        lock (_lock)
        {
            Place place = _places[slot];
            _places[slot] = default;
            if (place.Save == 0)
            {
                return;
            }

            // What is being written has both: the writer gives them back when it is done.
            if (place.Frame < 0)
            {
                _freeBlocks.Push(place.Block);
                Monitor.Pulse(_lock);
            }
            else if (place.Block < 0)
            {
                _freeFrames.Push(place.Frame);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Monitor.Pulse(_lock);
        }

        _writer?.Join();
        _file?.Dispose();
    }

    private byte[]? ReadBlock(int block)
    {
        _scratch ??= GC.AllocateUninitializedArray<byte>(_contents.Bytes);
        return _file!.TryRead(block, _scratch) ? _scratch : null;
    }

    private void WriteBehind()
    {
        while (NextToWrite() is var (slot, place))
        {
            bool written = TryWrite(place);
            lock (_lock)
            {
                bool current = _places[slot].Save == place.Save;
                if (current)
                {
                    _places[slot] = written ? place with { Frame = -1 } : default;
                }

                if (!current || !written)
                {
                    _freeBlocks.Push(place.Block);
                }

                _freeFrames.Push(place.Frame);
            }
        }
    }

    /// <summary>Waits until frames are short, and takes the oldest page that is in memory only.</summary>
    private (int Slot, Place Place)? NextToWrite()
    {
        lock (_lock)
        {
            while (true)
            {
                if (_disposed)
                {
                    return null;
                }

                while (_freeFrames.Count < _spareFrames && _freeBlocks.Count > 0 && _inMemory.TryDequeue(out var oldest))
                {
                    ref Place place = ref _places[oldest.Slot];
                    if (place.Save == oldest.Save)
                    {
                        place.Block = _freeBlocks.Pop();
                        return (oldest.Slot, place);
                    }
                }

                Monitor.Wait(_lock);
            }
        }
    }

    private bool TryWrite(in Place place)
    {
        try
        {
            _file!.Write(place.Block, _frames[place.Frame]);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int Count(long budget, int pageBytes) => (int)Math.Min(budget / Math.Max(1, pageBytes), 1 << 24);
}
