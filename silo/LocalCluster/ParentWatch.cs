using System.Diagnostics;

namespace OrleansInference.Silo.LocalCluster;

/// <summary>
/// Ends a node's process when the process that started it has ended, however that was. The standard input is a pipe whose other end that process alone holds, so that it closes with it, even after kill -9.
/// </summary>
/// <remarks>PR_SET_PDEATHSIG would send its signal already when the thread ends that started the process, which here is one of the pool's.</remarks>
public static class ParentWatch
{
    /// <summary>Set where the standard input is such a pipe.</summary>
    public const string Variable = "ORLEANS_INFERENCE_ENDS_WITH_INPUT";

    /// <summary>Whether this process is a node that another process has started, for as long as that lives.</summary>
    public static bool IsChild => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Begins to watch, in a process that was started by another one for as long as that lives.</summary>
    public static void Begin()
    {
        if (IsChild)
        {
            new Thread(Watch) { IsBackground = true, Name = "Parent" }.Start();
        }
    }

    private static void Watch()
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[64];
            while (input.Read(ignored) > 0)
            {
            }
        }
        catch (IOException)
        {
            // It has no other end any more.
        }

        // At once: whoever wanted the node to hand over would have asked it to.
        Process.GetCurrentProcess().Kill();
    }
}
