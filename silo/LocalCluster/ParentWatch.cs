using System.Diagnostics;

namespace OrleansInference.Silo.LocalCluster;

/// <summary>
/// Ends a node's process when the process that started it has ended in any way. The standard input is a pipe whose other end only the parent holds, so that it
/// closes with the parent, even after kill -9.
/// </summary>
/// <remarks>PR_SET_PDEATHSIG would already send its signal when the starting thread ends, which is a thread of the pool here.</remarks>
public static class ParentWatch
{
    /// <summary>Environment variable that marks the standard input as such a pipe.</summary>
    public const string Variable = "ORLEANS_INFERENCE_ENDS_WITH_INPUT";

    /// <summary>Whether this process is a node that must end with the process that started it.</summary>
    public static bool IsChild => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Starts the watch if this process must end with its parent.</summary>
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
            // The pipe has no other end any more.
        }

        // Immediately: a parent that wanted the node to hand over would have asked for it.
        Process.GetCurrentProcess().Kill();
    }
}
