using OrleansInference.Cli.Settings;
using OrleansInference.Compute;
using OrleansInference.Models;
using OrleansInference.Serving;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Cli.Hosting;

/// <summary>A checkpoint from its folder to the service over it: the one place that joins the parts.</summary>
internal sealed class ServedCheckpoint : IAsyncDisposable
{
    private readonly LoadedModel _model;

    private ServedCheckpoint(LoadedModel model, IInferenceService service)
    {
        _model = model;
        Service = service;
    }

    public IInferenceService Service { get; }

    /// <exception cref="InferenceException">A file is missing or malformed, an option is out of range, or memory is short.</exception>
    public static ServedCheckpoint Load(ModelOptions options, IProgress<LoadProgress>? progress)
    {
        LoadedModel model = LoadedModel.Load(options, progress);
        try
        {
            return new ServedCheckpoint(model, new BatchingInferenceService(Describe(model, options), model.Executor, options.Serving));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Ends what is under way. The service disposes the executor, which reads the mapped weights, before they are unmapped.</summary>
    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        _model.Checkpoint.Dispose();
    }

    private static ServedModel Describe(LoadedModel model, ModelOptions options) => ServedModels.Describe(
        model.Checkpoint,
        options.Model,
        options.Name,
        options.Compute.KvType,
        (long)model.Executor.PageCount * KvLayout.PageTokens,
        model.Tokenizer,
        model.Template);
}
