using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;

namespace OrleansInference.Silo.Logs;

/// <summary>Logs the packing of a device's weights, with its duration. Loads of different layers may run at the same time.</summary>
internal sealed partial class LoadLog(ILogger logger)
{
    private const double BytesOfMegabyte = 1 << 20;

    private readonly Lock _lock = new();
    private readonly HashSet<LayerRange> _packing = [];

    /// <summary>Records the progress of a load.</summary>
    /// <param name="layers">Layers that are loaded.</param>
    /// <param name="progress">Progress of the load.</param>
    /// <param name="time">Time since the load started.</param>
    public void OnLoading(LayerRange layers, LoadProgress progress, TimeSpan time)
    {
        lock (_lock)
        {
            double megabytes = progress.TotalBytes / BytesOfMegabyte;
            bool ends = progress.DoneBytes >= progress.TotalBytes;
            if (progress.Phase == LoadPhase.Packing && _packing.Add(layers) && !ends)
            {
                Packs(layers.First, layers.End - 1, megabytes);
            }

            if (ends && _packing.Remove(layers))
            {
                Packed(layers.First, layers.End - 1, megabytes, time.TotalSeconds);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "The weights of layers {FirstLayer} to {LastLayer} are being packed: {Megabytes:0.0} MB.")]
    private partial void Packs(int firstLayer, int lastLayer, double megabytes);

    [LoggerMessage(LogLevel.Information, "The weights of layers {FirstLayer} to {LastLayer} are packed: {Megabytes:0.0} MB in {Seconds:0.00} s.")]
    private partial void Packed(int firstLayer, int lastLayer, double megabytes, double seconds);
}
