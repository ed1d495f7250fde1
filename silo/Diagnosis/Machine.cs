using System.Runtime.InteropServices;
using OrleansInference.Cluster.Programs;
using OrleansInference.Compute.Kernels;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Diagnosis;

/// <summary>Checks of the machine: .NET, processor, graphics processors, clock.</summary>
internal static partial class Machine
{
    private const int ClockUnsynchronized = 5; // TIME_ERROR of adjtimex(2)
    private const int TimexBytes = 512; // larger than the structure on any platform

    public static IEnumerable<Finding> Examine(NodeOptions options) => [Runtime(), Processor(options), Graphics(), Clock()];

    private static Finding Runtime()
    {
        string version = $".NET {Environment.Version}";
        string? solution = RepositoryFiles.Find("OrleansInference.sln", AppContext.BaseDirectory);
        if (solution is null)
        {
            return new Finding("Runtime", FindingLevel.Ok, $"{version}; the program is built, no SDK is needed");
        }

        // …/dotnet/shared/Microsoft.NETCore.App/10.0.0/
        string folder = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "sdk");
        string[] kits = Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(static kit => Path.GetFileName(kit)).Where(static kit => char.IsAsciiDigit(kit[0]))] : [];
        return kits.Any(kit => kit.StartsWith($"{Environment.Version.Major}.", StringComparison.Ordinal))
            ? new Finding("Runtime", FindingLevel.Ok, $"{version}, SDK {string.Join(", ", kits)}")
            : new Finding("Runtime", FindingLevel.Warning, $"{version} without its SDK: ./run.sh cannot build. Install it from https://dotnet.microsoft.com/download/dotnet/{Environment.Version.Major}.0");
    }

    private static Finding Processor(NodeOptions options)
    {
        string found = $"{Environment.ProcessorCount} cores, {InstructionSets.Name}, {RuntimeInformation.ProcessArchitecture}";
        if (InstructionSets.Name == "scalar")
        {
            return new Finding("Processor", FindingLevel.Warning, $"{found}: without AVX2, AVX-512 or NEON a model is computed many times slower. Use a processor that has one of them, and give it to the virtual machine.");
        }

        return options.Compute.Threads * options.Devices.Count > Environment.ProcessorCount
            ? new Finding("Processor", FindingLevel.Warning, $"{found} for {options.Compute.Threads} threads of {options.Devices.Count} devices: threads wait for each other. Choose at most one thread for each core with --threads.")
            : new Finding("Processor", FindingLevel.Ok, found);
    }

    private static Finding Graphics()
    {
        const string Driver = "/proc/driver/nvidia";
        string version = Path.Combine(Driver, "version");
        if (!File.Exists(version))
        {
            return new Finding("GPU", FindingLevel.Ok, Directory.Exists("/sys/class/nvidia") || HasDevice() ? "an NVIDIA device without a driver; the CPU computes, so none is needed" : "none; the CPU computes");
        }

        string gpus = Path.Combine(Driver, "gpus");
        int count = Directory.Exists(gpus) ? Directory.GetDirectories(gpus).Length : 0;
        return new Finding("GPU", FindingLevel.Ok, $"{count} with driver \"{File.ReadLines(version).FirstOrDefault()?.Trim()}\"; this version computes on the CPU");
    }

    /// <summary>Whether the bus has an NVIDIA device, with or without a driver.</summary>
    private static bool HasDevice()
    {
        const string Devices = "/sys/bus/pci/devices", Vendor = "0x10de", Display = "0x03";
        return Directory.Exists(Devices) && Directory.EnumerateDirectories(Devices).Any(static device => Read(device, "vendor") == Vendor && Read(device, "class").StartsWith(Display, StringComparison.Ordinal));

        static string Read(string device, string file)
        {
            string path = Path.Combine(device, file);
            return File.Exists(path) ? File.ReadAllText(path).Trim() : string.Empty;
        }
    }

    private static unsafe Finding Clock()
    {
        DateTime now = DateTime.UtcNow, built = File.GetLastWriteTimeUtc(typeof(Machine).Assembly.Location);
        if (now < built.AddDays(-1))
        {
            return new Finding("Clock", FindingLevel.Failed, $"{now:u}, which is before this program was built ({built:u}): set the clock. Certificates and signs of life depend on it.");
        }

        byte* timex = stackalloc byte[TimexBytes];
        new Span<byte>(timex, TimexBytes).Clear();
        return OperatingSystem.IsLinux() && AdjustTime(timex) == ClockUnsynchronized
            ? new Finding("Clock", FindingLevel.Warning, $"{now:u}, not synchronized. Nodes on several machines need clocks that agree within a second: run chrony or systemd-timesyncd.")
            : new Finding("Clock", FindingLevel.Ok, $"{now:u}");
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static unsafe partial int AdjustTime(byte* timex);
}
