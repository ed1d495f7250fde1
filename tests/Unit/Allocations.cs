namespace OrleansInference.Unit;

/// <summary>Counts what code allocates.</summary>
internal static class Allocations
{
    /// <summary>Bytes that the quietest of several calls allocated, after one to warm up.</summary>
    /// <remarks>
    /// A collection beside a call closes the thread's allocation context, which moves the runtime's count by some bytes that nobody allocated.
    /// Code that does allocate does so in every call.
    /// </remarks>
    /// <param name="call">What is counted.</param>
    /// <param name="calls">How many times.</param>
    /// <param name="allocated">Bytes allocated so far; on this thread by default.</param>
    public static long Least(Action call, int calls = 5, Func<long>? allocated = null)
    {
        allocated ??= GC.GetAllocatedBytesForCurrentThread;
        call();
        long least = long.MaxValue;
        for (int i = 0; i < calls; i++)
        {
            long before = allocated();
            call();
            least = Math.Min(least, allocated() - before);
        }

        return least;
    }
}
