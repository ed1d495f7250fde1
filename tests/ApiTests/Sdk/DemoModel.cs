using OrleansInference.Compute;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Models.Templates;
using OrleansInference.Models.Tokenization;
using OrleansInference.Serving;

namespace OrleansInference.ApiTests.Sdk;

/// <summary>The repository's demo model, served in this process.</summary>
internal sealed class DemoModel : IAsyncDisposable
{
    private readonly Checkpoint _checkpoint;

    private DemoModel(Checkpoint checkpoint, IInferenceService service)
    {
        _checkpoint = checkpoint;
        Service = service;
    }

    public IInferenceService Service { get; }

    public static DemoModel Load()
    {
        string folder = Folder();
        Checkpoint checkpoint = Checkpoint.Open(folder);
        ModelExecutor executor = ModelExecutor.Load(checkpoint, new ComputeOptions { Threads = 1, KvBytes = 64 << 20, PackedFolder = string.Empty });
        TokenizerConfig config = TokenizerConfig.Load(folder);
        ServedModel model = new()
        {
            Id = "demo",
            Created = DateTimeOffset.UnixEpoch,
            ContextLength = executor.MaxPositions,
            VocabularySize = executor.VocabularySize,
            Tokenizer = Tokenizer.Load(Path.Combine(folder, "tokenizer.json")),
            ChatTemplate = ChatTemplate.Parse(config.ChatTemplate!, config.BeginToken, config.EndToken),
            EndOfSequence = checkpoint.EndOfSequence,
            Fingerprint = "fp_demo",
            Reasons = true,
        };
        return new DemoModel(checkpoint, new SequentialInferenceService(model, executor, new ServingOptions()));
    }

    /// <summary>The service disposes the executor, which reads the mapped weights, before they are unmapped.</summary>
    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        _checkpoint.Dispose();
    }

    private static string Folder()
    {
        string folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "shared", "demo-model")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No folder above the tests has shared/demo-model.");
        }

        return Path.Combine(folder, "shared", "demo-model");
    }
}
