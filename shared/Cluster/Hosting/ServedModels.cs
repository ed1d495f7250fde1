using System.Security.Cryptography;
using System.Text;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Describes checkpoints for the front ends.</summary>
public static class ServedModels
{
    // Must change with every code change that makes the same weights give other tokens.
    private const string Numerics = "cpu-1";

    /// <param name="checkpoint">The model.</param>
    /// <param name="folder">Folder of the checkpoint.</param>
    /// <param name="name">Name of the model in requests.</param>
    /// <param name="kvType">Element type of the pages, which affects the tokens.</param>
    /// <param name="pageTokens">Number of tokens for which there are pages.</param>
    public static ServedModel Describe(Checkpoint checkpoint, string folder, string name, KvType kvType, long pageTokens) => new()
    {
        Id = name,
        Created = File.GetLastWriteTimeUtc(Path.Combine(folder, "config.json")),
        ContextLength = (int)Math.Min(checkpoint.Spec.MaxPositions, pageTokens),
        VocabularySize = checkpoint.Spec.VocabularySize,
        EndOfSequence = checkpoint.EndOfSequence,
        DefaultSampling = Sampling(checkpoint.Generation),
        Fingerprint = Fingerprint(checkpoint, kvType),
    };

    /// <summary>Returns a folder's name without the suffix <c>-model</c>: <c>demo</c> for <c>shared/demo-model</c>.</summary>
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
