using System.Security.Cryptography;
using System.Text;
using OrleansInference.Cli.Settings;
using OrleansInference.Compute;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Serving;

namespace OrleansInference.Cli.Hosting;

/// <summary>A checkpoint from its folder to the service over it: the one place that joins the parts.</summary>
internal sealed class ServedCheckpoint : IAsyncDisposable
{
    // Changes with whatever makes the same weights give other tokens.
    private const string Numerics = "cpu-1";
    private const string EndOfReasoning = "</think>";

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

    private static ServedModel Describe(LoadedModel model, ModelOptions options)
    {
        if (model.Tokenizer is null)
        {
            InferenceException.Throw(ErrorCode.InvalidTokenizer, $"{options.Model} has no tokenizer.json, which serving needs.", "tokenizer.json");
        }

        return new ServedModel
        {
            Id = options.Name,
            Created = File.GetLastWriteTimeUtc(Path.Combine(options.Model, "config.json")),
            ContextLength = (int)Math.Min(model.Executor.MaxPositions, (long)model.Executor.PageCount * KvLayout.PageTokens),
            VocabularySize = model.Executor.VocabularySize,
            Tokenizer = model.Tokenizer,
            ChatTemplate = model.Template,
            EndOfSequence = model.Checkpoint.EndOfSequence,
            DefaultSampling = Sampling(model.Checkpoint.Generation),
            Fingerprint = Fingerprint(model.Checkpoint, options.Compute.KvType),
            Reasons = model.Tokenizer.TokenId(EndOfReasoning) is not null,
        };
    }

    private static SamplingParameters Sampling(GenerationDefaults defaults)
    {
        SamplingParameters sampling = new();
        return sampling with
        {
            Temperature = defaults.Greedy ? 0 : defaults.Temperature ?? sampling.Temperature,
            TopK = defaults.TopK ?? sampling.TopK,
            TopP = defaults.TopP ?? sampling.TopP,
            MinP = defaults.MinP ?? sampling.MinP,
            RepetitionPenalty = defaults.RepetitionPenalty ?? sampling.RepetitionPenalty,
        };
    }

    private static string Fingerprint(Checkpoint checkpoint, KvType kvType)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Numerics} {kvType} {checkpoint.ContentIdentity}"));
        return "fp_" + Convert.ToHexStringLower(hash.AsSpan(0, 6));
    }
}
