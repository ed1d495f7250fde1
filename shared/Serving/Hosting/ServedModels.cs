using System.Security.Cryptography;
using System.Text;
using OrleansInference.Compute;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Models.Templates;
using OrleansInference.Models.Tokenization;

namespace OrleansInference.Serving.Hosting;

/// <summary>What front ends need to know of a checkpoint.</summary>
public static class ServedModels
{
    // Changes with whatever makes the same weights give other tokens.
    private const string Numerics = "cpu-1";
    private const string EndOfReasoning = "</think>";

    /// <param name="checkpoint">The model.</param>
    /// <param name="folder">Where its text files are.</param>
    /// <param name="name">In requests.</param>
    /// <param name="kvType">Element type of the pages, which the tokens depend on.</param>
    /// <param name="pageTokens">Tokens that there are pages for.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTokenizer"/> or <see cref="ErrorCode.InvalidTemplate"/>: a file is missing or malformed.</exception>
    public static ServedModel Describe(Checkpoint checkpoint, string folder, string name, KvType kvType, long pageTokens) =>
        Describe(checkpoint, folder, name, kvType, pageTokens, TextFiles.FindTokenizer(folder), TextFiles.FindChatTemplate(folder));

    /// <inheritdoc cref="Describe(Checkpoint, string, string, KvType, long)"/>
    /// <param name="tokenizer">Read already; null where the folder has none, which is refused.</param>
    /// <param name="template">Read already; null where the folder has none.</param>
    public static ServedModel Describe(
        Checkpoint checkpoint, string folder, string name, KvType kvType, long pageTokens, ITokenizer? tokenizer, IChatTemplate? template)
    {
        if (tokenizer is null)
        {
            InferenceException.Throw(ErrorCode.InvalidTokenizer, $"{folder} has no tokenizer.json, which serving needs.", "tokenizer.json");
        }

        return new ServedModel
        {
            Id = name,
            Created = File.GetLastWriteTimeUtc(Path.Combine(folder, "config.json")),
            ContextLength = (int)Math.Min(checkpoint.Spec.MaxPositions, pageTokens),
            VocabularySize = checkpoint.Spec.VocabularySize,
            Tokenizer = tokenizer,
            ChatTemplate = template,
            EndOfSequence = checkpoint.EndOfSequence,
            DefaultSampling = Sampling(checkpoint.Generation),
            Fingerprint = Fingerprint(checkpoint, kvType),
            Reasons = tokenizer.TokenId(EndOfReasoning) is not null,
        };
    }

    /// <summary>A folder's name, without the ending <c>-model</c>: <c>demo</c> for <c>shared/demo-model</c>.</summary>
    public static string NameOf(string folder)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        string stripped = name.EndsWith("-model", StringComparison.OrdinalIgnoreCase) ? name[..^"-model".Length] : name;
        return stripped.Length > 0 ? stripped : "model";
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
