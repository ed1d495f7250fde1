using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Golden.Models;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Golden.Compute;

/// <summary>A golden checkpoint with its recorded sequences, opened for computing.</summary>
public sealed class GoldenModel : IDisposable
{
    private readonly Checkpoint _checkpoint;

    public GoldenModel(string name, ComputeOptions? options = null)
    {
        _checkpoint = Checkpoint.Open(Path.Combine(GoldenFolders.Root(), name));
        Device = DeviceModel.LoadWhole(_checkpoint, options ?? new ComputeOptions { Threads = 2 });
    }

    public DeviceModel Device { get; }

    /// <summary>The recorded sequences: token ids and what the reference computed from them.</summary>
    public static IEnumerable<(string Name, int[] Tokens, JsonElement Expected)> Sequences(string model)
    {
        using JsonDocument tokens = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Path.Combine(GoldenFolders.Root(), model), "tokens.json")));
        JsonElement logits = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Path.Combine(GoldenFolders.Root(), model), "logits.json"))).RootElement;
        foreach (JsonElement sequence in logits.GetProperty("sequences").EnumerateArray())
        {
            string name = sequence.GetProperty("name").GetString()!;
            yield return (name, Ints(tokens.RootElement.GetProperty(name)), sequence);
        }
    }

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(static element => element.GetInt32())];

    public static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(static element => element.GetSingle())];

    /// <summary>Prefills in chunks and returns the logits of every position, [tokens, vocabulary].</summary>
    public float[] Prefill(int[] tokens, int chunk, int firstPage = 0)
    {
        int vocabulary = Device.VocabularySize;
        float[] all = new float[tokens.Length * vocabulary];
        StepBatch batch = new();
        for (int start = 0; start < tokens.Length; start += chunk)
        {
            int count = Math.Min(chunk, tokens.Length - start);
            batch.Clear();
            batch.Add(tokens.AsSpan(start, count), start, Pages(start + count, firstPage), LogitRows.All);
            Device.Execute(batch, all.AsSpan(start * vocabulary, count * vocabulary));
        }

        return all;
    }

    /// <summary>Continues greedily after a prefill; returns the tokens and the logits that chose them.</summary>
    public (int[] Tokens, float[] Logits) Generate(ReadOnlySpan<float> lastLogits, int position, int count, int firstPage = 0)
    {
        int[] generated = new int[count];
        float[] logits = lastLogits.ToArray();
        List<float> seen = [];
        StepBatch batch = new();
        for (int i = 0; i < count; i++)
        {
            generated[i] = ArgMax(logits);
            seen.AddRange(logits);
            batch.Clear();
            batch.Add([generated[i]], position + i, Pages(position + i + 1, firstPage), LogitRows.Last);
            Device.Execute(batch, logits);
        }

        return (generated, [.. seen]);
    }

    public ReadOnlySpan<float> Row(float[] logits, int row) => logits.AsSpan(row * Device.VocabularySize, Device.VocabularySize);

    public static string Digest(ReadOnlySpan<float> values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));

    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }

    public void Dispose()
    {
        Device.Dispose();
        _checkpoint.Dispose();
    }

    private static int[] Pages(int tokens, int first) => [.. Enumerable.Range(first, KvLayout.PagesFor(tokens))];
}
