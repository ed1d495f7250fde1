using System.Runtime.InteropServices;

namespace OrleansInference.Compute.Threading;

/// <summary>
/// Hands out the tiles of one piece of work at a time and counts those that others than the caller have done. The next tile and the number of tiles are one word,
/// which a claim reads and counts up in one step: a worker that comes late, even after work that followed, gets a tile of the work in progress or none. A claimed
/// tile that is not done yet keeps the work in progress.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
internal struct TileCounter
{
    private const int TilesShift = 32;

    // Each on cache lines of its own: written by all workers at every tile.
    [FieldOffset(128)]
    private ulong _claims; // tiles << 32 | next tile, which passes the tiles by one for each worker that came in vain

    [FieldOffset(256)]
    private int _done;

    [FieldOffset(260)]
    private int _awaited; // done tiles that the caller is parked for; 0: it is not

    /// <summary>The tile that will be handed out next; at least the number of tiles when all are taken.</summary>
    public readonly int NextTile => (int)Volatile.Read(in _claims);

    /// <summary>Whether tiles are left to claim, as of a moment ago.</summary>
    public readonly bool Left
    {
        get
        {
            ulong claims = Volatile.Read(in _claims);
            return (uint)claims < claims >> TilesShift;
        }
    }

    /// <summary>Tiles that others than the caller have done.</summary>
    public readonly int Done => Volatile.Read(in _done);

    /// <summary>Whether the caller is parked, or is about to park.</summary>
    public readonly bool IsAwaited => Volatile.Read(in _awaited) != 0;

    /// <summary>Begins the next piece of work; all tiles of the one before are done. A full fence.</summary>
    public void Begin(int tiles)
    {
        _done = 0;
        Interlocked.Exchange(ref _claims, (ulong)(uint)tiles << TilesShift);
    }

    /// <summary>Sets the next tile of work that the caller does alone; no worker can claim one.</summary>
    public void Alone(int nextTile) => Volatile.Write(ref _claims, (uint)nextTile);

    /// <summary>Takes a tile.</summary>
    public bool TryClaim(out int tile)
    {
        tile = 0;
        if (!Left)
        {
            return false;
        }

        ulong claims = Interlocked.Increment(ref _claims) - 1;
        tile = (int)claims;
        return (uint)claims < claims >> TilesShift;
    }

    /// <summary>Claims all remaining tiles for the owner of the current one.</summary>
    /// <returns>How many.</returns>
    public int ClaimRest()
    {
        ulong claims = Volatile.Read(ref _claims);
        while (true)
        {
            ulong tiles = claims >> TilesShift;
            ulong seen = Interlocked.CompareExchange(ref _claims, (tiles << TilesShift) | Math.Max(tiles, (uint)claims), claims);
            if (seen == claims)
            {
                return (int)(tiles - Math.Min(tiles, (uint)claims));
            }

            claims = seen;
        }
    }

    /// <summary>Counts tiles that another than the caller has done.</summary>
    /// <returns>Whether the caller must be woken.</returns>
    public bool Finish(int tiles)
    {
        // The full fence orders the count before the look at who waits, as Await orders them the other way round: one of the two always sees the other.
        int done = Interlocked.Add(ref _done, tiles);
        int awaited = Volatile.Read(ref _awaited);
        return awaited != 0 && done >= awaited;
    }

    /// <summary>The caller is about to park until so many tiles are done by others; 0: it is back.</summary>
    public void Await(int tiles) => Interlocked.Exchange(ref _awaited, tiles);
}
