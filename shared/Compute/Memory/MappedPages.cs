using System.Runtime.InteropServices;

namespace OrleansInference.Compute.Memory;

/// <summary>Advice to the operating system about pages of a mapped file.</summary>
internal static unsafe partial class MappedPages
{
    private const int DontNeed = 4;

    /// <summary>
    /// Says that this range of a read-only mapping is not needed for now: it leaves the process's resident memory and comes back from the file when it is
    /// touched again. Advice only: where the system knows none, nothing happens.
    /// </summary>
    public static void Release(byte* pointer, long length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        nuint page = (nuint)Environment.SystemPageSize;
        nuint first = ((nuint)pointer + page - 1) / page * page;
        nuint end = ((nuint)pointer + (nuint)length) / page * page;
        if (end > first)
        {
            _ = Advise((void*)first, end - first, DontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
