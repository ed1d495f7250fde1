using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Requests;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Text;

namespace OrleansInference.Cli.Hosting;

/// <summary>Service of a checkpoint in this process, with everything that it loads.</summary>
internal sealed class ServedCheckpoint : IAsyncDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly LocalNode _node;

    private ServedCheckpoint(Checkpoint checkpoint, ModelText text, LocalNode node)
    {
        _checkpoint = checkpoint;
        Text = text;
        _node = node;
    }

    public IInferenceService Service => _node.Service;

    public ModelText Text { get; }

    /// <exception cref="InferenceException">A file is missing or malformed, an option is out of range, or memory is insufficient.</exception>
    public static ServedCheckpoint Load(ModelOptions options, IProgress<LoadProgress>? progress)
    {
        Checkpoint checkpoint = Checkpoint.Open(options.Model);
        DeviceModel? device = null;
        try
        {
            // Checks that are fast run first, before the weights are packed.
            ModelText text = ModelText.Read(options.Model);
            device = DeviceModel.LoadWhole(checkpoint, options.Compute, progress);
            long tokens = (long)device.PageCount * KvLayout.PageTokens;
            ServedModel model = ServedModels.Describe(checkpoint, options.Model, options.Name, options.Compute.KvType, tokens);
            return new ServedCheckpoint(checkpoint, text, LocalNode.Start(model, [device], options.Serving));
        }
        catch
        {
            device?.Dispose();
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Ends open requests. The node disposes the device, which reads the mapped weights, before they are unmapped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _checkpoint.Dispose();
    }
}
