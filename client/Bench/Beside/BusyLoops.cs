using System.Runtime.CompilerServices;

namespace OrleansInference.Bench.Beside;

/// <summary>
/// Threads that never wait, in a process of their own. In this process, the garbage collector would have to wait for each of them to run before it could
/// suspend them. They end when this object is disposed, and when this process ends in any way.
/// </summary>
internal sealed class BusyLoops : IDisposable
{
    /// <summary>Name of the command of that process.</summary>
    public const string Command = "busy-loops";

    private const string Ready = "busy";

    private readonly Process _process;

    private BusyLoops(Process process) => _process = process;

    /// <summary>Starts the loops. Returns when all of them run.</summary>
    public static BusyLoops Start(int count)
    {
        Process process = ChildProcess.Start(Command, count.ToString(CultureInfo.InvariantCulture));
        if (process.StandardOutput.ReadLine() != Ready)
        {
            process.Kill();
            process.Dispose();
            InferenceException.Throw(ErrorCode.Unavailable, $"The process with {count} busy loops did not start.", null);
        }

        return new BusyLoops(process);
    }

    /// <summary>Starts the loops; returns null if there are none.</summary>
    public static BusyLoops? StartAny(int count) => count == 0 ? null : Start(count);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Body of that process: runs the loops until the standard input ends, which happens when the parent ends.</summary>
    public static void Run(int count)
    {
        for (int i = 0; i < count; i++)
        {
            new Thread(Loop) { IsBackground = true, Name = $"Busy loop {i}" }.Start();
        }

        Console.Out.WriteLine(Ready);
        while (Console.In.Read() >= 0)
        {
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop()
    {
        while (true)
        {
        }
    }
}
