using OrleansInference.Cli.Settings;
using OrleansInference.Compute;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Models.Templates;
using OrleansInference.Models.Tokenization;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Cli.Hosting;

/// <summary>A checkpoint and the executor that computes it. The tokenizer and the template are absent where the folder has none.</summary>
internal sealed class LoadedModel : IDisposable
{
    private LoadedModel(Checkpoint checkpoint, ITokenizer? tokenizer, IChatTemplate? template, ModelExecutor executor)
    {
        Checkpoint = checkpoint;
        Tokenizer = tokenizer;
        Template = template;
        Executor = executor;
    }

    public Checkpoint Checkpoint { get; }

    public ITokenizer? Tokenizer { get; }

    public IChatTemplate? Template { get; }

    public ModelExecutor Executor { get; }

    /// <exception cref="Models.InferenceException">A file is missing or malformed, an option is out of range, or memory is short.</exception>
    public static LoadedModel Load(ModelOptions options, IProgress<LoadProgress>? progress)
    {
        Checkpoint checkpoint = Checkpoint.Open(options.Model);
        try
        {
            // What can be refused quickly is, before the weights are packed.
            ITokenizer? tokenizer = TextFiles.FindTokenizer(options.Model);
            IChatTemplate? template = TextFiles.FindChatTemplate(options.Model);
            return new LoadedModel(checkpoint, tokenizer, template, ModelExecutor.Load(checkpoint, options.Compute, progress));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The executor reads the mapped weights, so it goes first.</summary>
    public void Dispose()
    {
        Executor.Dispose();
        Checkpoint.Dispose();
    }
}
