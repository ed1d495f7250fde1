using System.Globalization;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Silo.Settings;
using OrleansInference.Text;

namespace OrleansInference.Silo.Diagnosis;

/// <summary>Checks of the model: its files, its memory requirement, and the folder for its packed weights.</summary>
internal static class ModelCheck
{
    private const string MemoryInformation = "/proc/meminfo";

    /// <exception cref="Models.InferenceException">The model cannot be loaded.</exception>
    public static IEnumerable<Finding> Examine(NodeOptions options)
    {
        string folder = options.Checkpoint.Folder;
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        ComputeOptions compute = options.Compute with { MaxStepTokens = options.Serving.StepTokens };
        using DeviceModel device = new(checkpoint, compute);
        _ = ModelText.Read(folder);
        _ = ServedModels.Describe(checkpoint, folder, options.Checkpoint.Id, compute.KvType, (long)device.PageCount * KvLayout.PageTokens);
        yield return new Finding("Model", FindingLevel.Ok, $"{options.Checkpoint.Id} in {folder}, {device.LayerCount} layers, {Size(checkpoint.WeightBytes)} of weights");
        yield return Memory(options, device.BytesOf(0, device.LayerCount));
        yield return Cache(compute);
    }

    private static Finding Memory(NodeOptions options, long needed)
    {
        long limit = options.Devices.Bytes;
        string needs = $"the model needs {Size(needed)}, including {Size(options.Compute.KvBytes ?? 0, "the default amount")} for keys and values";
        if (needed > limit)
        {
            return new Finding(
                "Memory", FindingLevel.Failed,
                $"{needs}, more than the {Size(limit)} of {(options.Devices.DeviceMemory is null ? "this machine" : "--device-memory")}. Choose a smaller --kv-memory or --kv-type bf16, add memory, or distribute the model over nodes of several machines.");
        }

        return Available() is { } available && available < needed
            ? new Finding("Memory", FindingLevel.Warning, $"{needs}; of {Size(limit)} only {Size(available)} are available now. End other programs, or choose a smaller --kv-memory.")
            : new Finding("Memory", FindingLevel.Ok, $"{needs}; the limit is {Size(limit)}");
    }

    /// <summary>Memory that the system can give to programs now; null if it does not report it.</summary>
    private static long? Available()
    {
        const string Key = "MemAvailable:";
        string? line = File.Exists(MemoryInformation) ? File.ReadLines(MemoryInformation).FirstOrDefault(static line => line.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line is not null && long.TryParse(line.AsSpan(Key.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes << 10 : null;
    }

    private static Finding Cache(ComputeOptions options)
    {
        if (PackedCache.Root(options.PackedFolder) is not { } root)
        {
            return new Finding("Cache", FindingLevel.Ok, "none: weights are packed at every start");
        }

        try
        {
            Directory.CreateDirectory(root);
            string probe = Path.Combine(root, $"doctor-{Environment.ProcessId}");
            File.WriteAllText(probe, string.Empty);
            File.Delete(probe);
            return new Finding("Cache", FindingLevel.Ok, root);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Finding("Cache", FindingLevel.Warning, $"{root} cannot be written, so weights are packed at every start: {error.Message} Grant access, or choose another folder with --cache.");
        }
    }

    private static string Size(long bytes, string none = "0") =>
        bytes == 0 ? none : bytes < 1 << 30 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.#} MB") : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.#} GB");
}
