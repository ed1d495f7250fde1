using System.Text;
using OrleansInference.Models;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Models.Checkpoints;

/// <summary>Corrupts one file of a valid folder at a time: what opens must also read, and all else must be refused with the one exception type.</summary>
public sealed class CheckpointFuzzTests(ITestOutputHelper output)
{
    private const int Rounds = 400;

    private static readonly string[] Snippets =
    [
        "{", "}", "[", "]", "null", "-1", "1e999", "18446744073709551616", "9223372036854775807", "\"\\ud800\"", "\u0000", "\"F8_E4M3\"", "\"../x\"", ",", ":", "0.5", "\"\"",
    ];

    [Theory]
    [InlineData("model.safetensors", false)]
    [InlineData("config.json", false)]
    [InlineData("generation_config.json", false)]
    [InlineData("model.safetensors.index.json", true)]
    public void A_corrupted_file_is_read_or_refused(string file, bool sharded)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), out int given) ? given : Random.Shared.Next();
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        Random random = new(seed);
        using TinyCheckpoint tiny = new(seed: 1, maxShardBytes: sharded ? 100_000 : long.MaxValue);
        byte[] valid = File.ReadAllBytes(tiny.At(file));
        int opened = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] corrupted = Corrupt(valid, file, random);
            File.WriteAllBytes(tiny.At(file), corrupted);
            try
            {
                ReadAll(tiny.Directory);
                opened++;
            }
            catch (InferenceException error)
            {
                Assert.Equal(ErrorCode.InvalidCheckpoint, error.Code);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, round {round}: {error}");
            }
        }

        output.WriteLine($"{opened} of {Rounds} opened");
    }

    private static void ReadAll(string directory)
    {
        using var checkpoint = Checkpoint.Open(directory);
        _ = checkpoint.Identity;
        foreach (TensorSpec spec in checkpoint.Spec.Tensors())
        {
            CheckpointTensor tensor = checkpoint.Tensor(spec);
            tensor.Read(0, new float[tensor.Elements]);
        }
    }

    private static byte[] Corrupt(byte[] valid, string file, Random random)
    {
        // The header is what is parsed; most changes go there.
        int textStart = file.EndsWith(".safetensors", StringComparison.Ordinal) ? 8 : 0;
        int textLength = textStart == 0 ? valid.Length : (int)BitConverter.ToInt64(valid);
        byte[] text = valid[textStart..(textStart + textLength)];
        byte[] changed = random.Next(5) switch
        {
            0 => Flip(text, random),
            1 => Insert(text, random),
            2 => Remove(text, random),
            3 => Number(text, random),
            _ => text,
        };
        byte[] whole = textStart == 0
            ? changed
            : [.. BitConverter.GetBytes((long)(random.Next(4) == 0 ? textLength : changed.Length)), .. changed, .. valid.AsSpan(8 + textLength)];
        return random.Next(6) switch
        {
            0 => whole[..random.Next(whole.Length)],
            1 when textStart == 8 => [.. Flip(whole[..8], random), .. whole.AsSpan(8)],
            2 => [.. whole, (byte)random.Next(256)],
            _ => whole,
        };
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        byte[] flipped = [.. bytes];
        for (int i = random.Next(1, 4); i > 0; i--)
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static byte[] Insert(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        return [.. bytes.AsSpan(0, at), .. Encoding.UTF8.GetBytes(Snippets[random.Next(Snippets.Length)]), .. bytes.AsSpan(at)];
    }

    private static byte[] Remove(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(Math.Min(bytes.Length, at + random.Next(1, 20)))];
    }

    private static byte[] Number(byte[] bytes, Random random)
    {
        int at = Array.FindIndex(bytes, random.Next(bytes.Length), value => value is >= (byte)'0' and <= (byte)'9');
        if (at < 0)
            return Flip(bytes, random);
        int end = at;
        while (end < bytes.Length && bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        string number = Snippets[random.Next(4, 9)];
        return [.. bytes.AsSpan(0, at), .. Encoding.UTF8.GetBytes(number), .. bytes.AsSpan(end)];
    }
}
