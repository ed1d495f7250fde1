using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using OrleansInference.Compute.Kernels;

namespace OrleansInference.Compute.Measurement;

/// <summary>What a machine can do at most.</summary>
/// <param name="ReadBytesPerSecond">All threads together, from memory.</param>
/// <param name="Flops">float32 operations a second of all threads together.</param>
public sealed record MachineRates(double ReadBytesPerSecond, double Flops);

/// <summary>
/// The measured <see cref="MachineRates"/> in a file beside the packed weights, so that a start need not measure. Each kind of processor, number of threads and instruction set has a file of its own: a folder may be
/// shared by machines.
/// </summary>
public sealed class KeptRates
{
    private const string ReadKey = "read_bytes_per_second";
    private const string FlopsKey = "flops";

    private readonly string _path;

    private KeptRates(string path) => _path = path;

    /// <param name="options">Of the device: its threads, and where its packed weights are.</param>
    /// <returns>Null where packed weights are not kept.</returns>
    public static KeptRates? Of(ComputeOptions options) =>
        PackedCache.Root(options.PackedFolder) is { } root ? new KeptRates(Path.Combine(root, $"machine-{Machine(options.Threads)}.txt")) : null;

    /// <returns>Null where nothing is kept, or what is kept is not valid.</returns>
    public MachineRates? Read()
    {
        try
        {
            Dictionary<string, double> values = [];
            foreach (string line in File.ReadLines(_path))
            {
                string[] parts = line.Split(' ');
                if (parts.Length == 2 && double.TryParse(parts[1], CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value > 0)
                {
                    values[parts[0]] = value;
                }
            }

            return values.TryGetValue(ReadKey, out double read) && values.TryGetValue(FlopsKey, out double flops) ? new MachineRates(read, flops) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps rates, if the folder can be written.</summary>
    public void Write(MachineRates rates)
    {
        string temporary = $"{_path}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.WriteAllText(temporary, string.Create(CultureInfo.InvariantCulture, $"{ReadKey} {rates.ReadBytesPerSecond:R}\n{FlopsKey} {rates.Flops:R}\n"));
            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next start measures.
        }
    }

    private static string Machine(int threads)
    {
        string description = string.Create(CultureInfo.InvariantCulture, $"{Processor()} {RuntimeInformation.ProcessArchitecture} {Environment.ProcessorCount} {threads} {InstructionSets.Wide}");
        return XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(description)).ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>Linux names it; elsewhere the folder is one machine's.</summary>
    private static string Processor()
    {
        const string Information = "/proc/cpuinfo";
        string? line = File.Exists(Information) ? File.ReadLines(Information).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line ?? string.Empty;
    }
}
