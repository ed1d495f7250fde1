using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace OrleansInference.Compute.Threading;

/// <summary>
/// A fixed number of threads that share the tiles of one piece of work at a time. The calling thread is worker 0. Tiles are handed out by a shared
/// counter, so a worker that the operating system holds up takes fewer, and one that it keeps off its core altogether takes none and is not waited for: work is done
/// when its tiles are. Which worker computes a tile never changes its result.
/// </summary>
internal sealed class WorkerTeam : IWorkers, IDisposable
{
    // Workers end a kernel within microseconds of each other, unless the operating system took one of them off its core. Parking leaves the core to that one;
    // yielding would give up the rest of the caller's own turn as well.
    private const int SpinsBeforeParking = 1_000;

    private const int SpinsPerLook = 8;

    // Two looks at the clock are a microsecond apart. What interrupts for less than this has something short to do; what computes keeps a core for longer.
    private static readonly TimeSpan LostCore = TimeSpan.FromMicroseconds(500);

    private static readonly TimeSpan SpinBriefly = TimeSpan.FromMicroseconds(50);
    private static readonly TimeSpan SpinPatiently = TimeSpan.FromMicroseconds(600);

    private readonly Seat[] _seats;
    private readonly AutoResetEvent _othersDone = new(false);
    private TileCounter _tiles;
    private int _parked; // workers
    private int _running;
    private IParallelWork? _work; // read only with a tile in hand
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stopping;

    /// <param name="workers">The caller among them.</param>
    /// <param name="name">Of the threads.</param>
    /// <param name="beforeClaim">Called by workers but the caller each time before they look for tiles to take; for tests.</param>
    public WorkerTeam(int workers, string name, Action<int>? beforeClaim = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _seats = new Seat[workers - 1];
        for (int i = 0; i < _seats.Length; i++)
        {
            int worker = i + 1;
            Seat seat = _seats[i] = new Seat();
            seat.Thread = new Thread(() => Loop(worker, seat, beforeClaim)) { IsBackground = true, Name = $"{name}-{worker}" };
        }

        foreach (Seat seat in _seats)
        {
            seat.Thread!.Start();
        }
    }

    public int Workers { get; }

    int IWorkers.Count => Workers;

    /// <summary>The next tile to claim; a worker that is about to finish its own tile can prepare for it.</summary>
    public int NextTile => _tiles.NextTile;

    /// <summary>Workers that are parked, as of a moment ago.</summary>
    internal int Parked => Volatile.Read(ref _parked);

    /// <summary>Whether the caller waits, or is about to, for tiles that others have in hand.</summary>
    internal bool CallerParked => _tiles.IsAwaited;

    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    /// <inheritdoc/>
    public void Run(IParallelWork work, int tiles)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException("The workers are busy: expected one caller at a time, and no tile that runs tiles on them.");
        }

        try
        {
            if (tiles <= 1 || _seats.Length == 0)
            {
                RunAlone(work, tiles);
            }
            else
            {
                RunTogether(work, tiles);
            }
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        Interlocked.MemoryBarrier();
        Wake(_seats.Length);
        foreach (Seat seat in _seats)
        {
            seat.Thread!.Join();
            seat.Woken.Dispose();
        }

        _othersDone.Dispose();
    }

    private void RunAlone(IParallelWork work, int tiles)
    {
        for (int tile = 0; tile < tiles; tile++)
        {
            _tiles.Alone(tile + 1);
            work.RunTile(tile, 0);
        }
    }

    private void RunTogether(IParallelWork work, int tiles)
    {
        _work = work;
        _tiles.Begin(tiles);
        int parked = Parked;
        if (parked > 0)
        {
            // Those that are not parked look for tiles by themselves.
            Wake(Math.Min(tiles - 1, _seats.Length) - (_seats.Length - parked));
        }

        int own = 0;
        while (_tiles.TryClaim(out int tile))
        {
            own += RunTile(work, tile, 0);
        }

        WaitForOthers(tiles - own);
        _work = null;
        if (Interlocked.Exchange(ref _failure, null) is { } failure)
        {
            failure.Throw();
        }
    }

    private void WaitForOthers(int tiles)
    {
        for (int spin = 0; _tiles.Done < tiles; spin++)
        {
            if (spin < SpinsBeforeParking)
            {
                Thread.SpinWait(1);
                continue;
            }

            // The event may be set still by who ended work before this.
            _tiles.Await(tiles);
            while (_tiles.Done < tiles)
            {
                _othersDone.WaitOne();
            }

            _tiles.Await(0);
        }
    }

    /// <summary>Runs a tile; if it fails, the remaining ones are claimed and not run.</summary>
    /// <returns>How many tiles are done with.</returns>
    private int RunTile(IParallelWork work, int tile, int worker)
    {
        try
        {
            work.RunTile(tile, worker);
            return 1;
        }
        catch (Exception exception)
        {
            // The caller rethrows it.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            return 1 + _tiles.ClaimRest();
        }
    }

    private void Loop(int worker, Seat seat, Action<int>? beforeClaim)
    {
        IdleSpin spin = new(SpinBriefly, SpinPatiently);
        while (WaitForTiles(seat, ref spin))
        {
            beforeClaim?.Invoke(worker);
            while (_tiles.TryClaim(out int tile))
            {
                if (_tiles.Finish(RunTile(_work!, tile, worker)))
                {
                    _othersDone.Set();
                }
            }
        }
    }

    /// <returns>Whether there may be tiles; otherwise the team ends.</returns>
    private bool WaitForTiles(Seat seat, ref IdleSpin spin)
    {
        if (_tiles.Left)
        {
            return !_stopping;
        }

        TimeSpan begun = Now;
        TimeSpan limit = spin.LimitAt(begun);
        for (TimeSpan last = begun; last - begun < limit;)
        {
            for (int i = 0; i < SpinsPerLook; i++)
            {
                if (_tiles.Left || _stopping)
                {
                    spin.Found(last - begun);
                    return !_stopping;
                }

                Thread.SpinWait(1);
            }

            TimeSpan now = Now;
            if (now - last > LostCore)
            {
                spin.LostCore(now);
                break;
            }

            last = now;
        }

        Park(seat);
        spin.Found(Now - begun);
        return !_stopping;
    }

    private void Park(Seat seat)
    {
        // The full fence orders the announcement before the last look, as RunTogether and Dispose order them the other way round: one of the two always sees the other.
        Volatile.Write(ref seat.Parked, 1);
        Interlocked.Increment(ref _parked);
        if ((_tiles.Left || _stopping) && Interlocked.Exchange(ref seat.Parked, 0) == 1)
        {
            Interlocked.Decrement(ref _parked);
        }
        else
        {
            seat.Woken.WaitOne();
        }
    }

    /// <summary>Wakes parked workers, each by its own event; the first in line, because their caches are warm.</summary>
    private void Wake(int count)
    {
        for (int i = 0; i < _seats.Length && count > 0; i++)
        {
            Seat seat = _seats[i];
            if (Volatile.Read(ref seat.Parked) != 0 && Interlocked.Exchange(ref seat.Parked, 0) == 1)
            {
                Interlocked.Decrement(ref _parked);
                seat.Woken.Set();
                count--;
            }
        }
    }

    private sealed class Seat
    {
        public int Parked; // 1 until it is taken back, by who wakes the worker or by the worker itself

        public AutoResetEvent Woken { get; } = new(false);

        public Thread? Thread { get; set; }
    }
}
