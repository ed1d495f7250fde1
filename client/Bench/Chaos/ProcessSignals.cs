using System.Diagnostics;
using System.Globalization;

namespace OrleansInference.Bench.Chaos;

/// <summary>Signals to processes of this machine.</summary>
internal static class ProcessSignals
{
    /// <summary>Returns when the process has been told; one that is gone is not.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="signal">Name of the signal, without SIG.</param>
    public static async Task SendAsync(int process, string signal)
    {
        ProcessStartInfo start = new("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true };
        using Process kill = Process.Start(start)!;
        await kill.WaitForExitAsync();
    }
}
