namespace OrleansInference.Bench.Chaos;

/// <summary>Signals to processes of this machine.</summary>
internal static class ProcessSignals
{
    /// <summary>Sends a signal. A process that is gone is ignored.</summary>
    /// <param name="process">Process id.</param>
    /// <param name="signal">Name of the signal, without SIG.</param>
    public static async Task SendAsync(int process, string signal)
    {
        ProcessStartInfo start = new("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true };
        using Process kill = Process.Start(start)!;
        await kill.WaitForExitAsync();
    }
}
