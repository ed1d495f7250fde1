using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Threading;
using OrleansInference.Compute.Weights;

namespace OrleansInference.Unit.Compute.Weights;

public sealed unsafe class BlockChecksumTests
{
    private const int Chunk = 4 << 20;

    [Fact]
    public void Any_flipped_bit_changes_it()
    {
        using WorkerTeam team = new(1, "test");
        using NativeBuffer<byte> data = new(320);
        new Random(1).NextBytes(data.Span);
        string sound = BlockChecksum.Compute(team, data.Pointer, data.Length);
        for (int bit = 0; bit < 320 * 8; bit++)
        {
            data.Pointer[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(sound, BlockChecksum.Compute(team, data.Pointer, data.Length));
            data.Pointer[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(sound, BlockChecksum.Compute(team, data.Pointer, data.Length));
        Assert.NotEqual(sound, BlockChecksum.Compute(team, data.Pointer, 256));
    }

    [Fact]
    public void It_covers_every_chunk_and_does_not_depend_on_the_workers()
    {
        using WorkerTeam one = new(1, "test");
        using WorkerTeam three = new(3, "test");
        using NativeBuffer<byte> data = new((2 * Chunk) + 64);
        string sound = BlockChecksum.Compute(one, data.Pointer, data.Length);
        foreach (long at in (long[])[0, Chunk - 1, Chunk, (2 * Chunk) - 1, 2 * Chunk, (2 * Chunk) + 63])
        {
            data.Pointer[at] = 1;
            Assert.NotEqual(sound, BlockChecksum.Compute(three, data.Pointer, data.Length));
            data.Pointer[at] = 0;
        }

        Assert.Equal(sound, BlockChecksum.Compute(three, data.Pointer, data.Length));
    }

    [Fact]
    public void Moved_words_and_chunks_change_it()
    {
        using WorkerTeam team = new(1, "test");
        using NativeBuffer<ulong> data = new(64);
        HashSet<string> sums = [];
        for (int i = 0; i < 64; i++)
        {
            data.Pointer[i] = 7;
            Assert.True(sums.Add(BlockChecksum.Compute(team, (byte*)data.Pointer, 512)), $"a word at {i} is taken for one elsewhere");
            data.Pointer[i] = 0;
        }
    }

    [Fact]
    public void Progress_adds_up_to_the_length()
    {
        using WorkerTeam team = new(2, "test");
        using NativeBuffer<byte> data = new(Chunk + 128);
        long total = 0;
        BlockChecksum.Compute(team, data.Pointer, data.Length, bytes => Interlocked.Add(ref total, bytes));
        Assert.Equal(data.Length, total);
    }
}
