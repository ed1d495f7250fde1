namespace OrleansInference.Unit;

/// <summary>Counts what code allocates on its thread.</summary>
internal static class Allocations
{
    /// <summary>Bytes that the quietest of several calls allocated, after one to warm up.</summary>
    /// <remarks>
    /// A collection beside a call closes the thread's allocation context, which moves the runtime's count by some bytes that nobody allocated.
    /// Code that does allocate does so in every call.
    /// </remarks>
    public static long Least(Action call, int calls = 5)
    {
        call();
        long least = long.MaxValue;
        for (int i = 0; i < calls; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
