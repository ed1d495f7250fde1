using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace OrleansInference.Compute.Threading;

/// <summary>
/// A fixed number of threads that share the tiles of one piece of work at a time. The calling thread is worker 0. Tiles are handed out by a shared
/// counter, so a worker that the operating system holds up takes fewer. Which worker computes a tile never changes its result.
/// </summary>
internal sealed class WorkerTeam : IWorkers, IDisposable
{
    // A join between two kernels of one layer takes a few microseconds; a worker that has waited for this long is between steps and parks.
    private const int SpinsBeforePark = 16_000;

    // Workers end a kernel within microseconds of each other, unless the operating system took one of them off its core.
    private const int SpinsBeforeYield = 1_000;

    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private Shared _shared;
    private IParallelWork? _work;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stopping;

    public WorkerTeam(int workers, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"{name}-{worker}" };
            _threads[i].Start();
        }
    }

    public int Workers { get; }

    int IWorkers.Count => Workers;

    /// <summary>The tile that will be handed out next: what a worker that is about to end its own can prepare for.</summary>
    public int NextTile => Volatile.Read(ref _shared.NextTile);

    /// <inheritdoc/>
    public void Run(IParallelWork work, int tiles)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        if (tiles <= 1 || _threads.Length == 0)
        {
            for (int tile = 0; tile < tiles; tile++)
            {
                _shared.NextTile = tile + 1;
                work.RunTile(tile, 0);
            }

            return;
        }

        _work = work;
        _shared.Tiles = tiles;
        Volatile.Write(ref _shared.NextTile, 0);
        Volatile.Write(ref _shared.Busy, _threads.Length);
        Interlocked.Increment(ref _shared.Generation);
        WakeParked();
        TakeTiles(work, 0);
        SpinWait wait = default;
        for (int spin = 0; Volatile.Read(ref _shared.Busy) != 0; spin++)
        {
            if (spin < SpinsBeforeYield)
            {
                Thread.SpinWait(1);
            }
            else
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }

        _work = null;
        if (Interlocked.Exchange(ref _failure, null) is { } failure)
        {
            failure.Throw();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        Interlocked.Increment(ref _shared.Generation);
        WakeParked();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
    }

    private void Loop(int worker)
    {
        int seen = 0;
        while (true)
        {
            seen = WaitForGeneration(seen);
            if (_stopping)
            {
                return;
            }

            TakeTiles(_work!, worker);
            Interlocked.Decrement(ref _shared.Busy);
        }
    }

    private int WaitForGeneration(int seen)
    {
        for (int spin = 0; spin < SpinsBeforePark; spin++)
        {
            int now = Volatile.Read(ref _shared.Generation);
            if (now != seen)
            {
                return now;
            }

            Thread.SpinWait(1);
        }

        lock (_gate)
        {
            // The full fence orders the announcement before the look at the generation, as WakeParked's caller orders them the other way round:
            // one of the two always sees the other.
            Interlocked.Increment(ref _shared.Parked);
            int now;
            while ((now = Volatile.Read(ref _shared.Generation)) == seen)
            {
                Monitor.Wait(_gate);
            }

            Interlocked.Decrement(ref _shared.Parked);
            return now;
        }
    }

    private void WakeParked()
    {
        if (Volatile.Read(ref _shared.Parked) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void TakeTiles(IParallelWork work, int worker)
    {
        try
        {
            int tiles = _shared.Tiles;
            for (int tile = Interlocked.Increment(ref _shared.NextTile) - 1; tile < tiles; tile = Interlocked.Increment(ref _shared.NextTile) - 1)
            {
                work.RunTile(tile, worker);
            }
        }
        catch (Exception exception)
        {
            // The caller rethrows it; the other workers stop at their next tile.
            Volatile.Write(ref _shared.NextTile, _shared.Tiles);
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }

    // Each counter on cache lines of its own: they are written by all workers at every tile.
    [StructLayout(LayoutKind.Explicit, Size = 640)]
    private struct Shared
    {
        [FieldOffset(128)]
        public int Generation;

        [FieldOffset(256)]
        public int NextTile;

        [FieldOffset(260)]
        public int Tiles;

        [FieldOffset(384)]
        public int Busy;

        [FieldOffset(512)]
        public int Parked;
    }
}
