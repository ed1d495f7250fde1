using OrleansInference.Compute;
using OrleansInference.Compute.Pages;
using OrleansInference.Models;

namespace OrleansInference.Unit.Compute.Pages;

public sealed unsafe class PagePoolTests
{
    [Theory]
    [InlineData(KvType.Float32)]
    [InlineData(KvType.BFloat16)]
    public void A_page_holds_every_layer_aligned_and_apart_from_its_neighbours(KvType type)
    {
        KvBlockShape[] layers = [new(2, 8), new(1, 24), new(3, 64)];
        using PagePool pool = new(layers, type, 5);
        Assert.Equal(layers.Sum(layer => PagePool.LayerBytes(layer, type)), pool.PageBytes);
        Assert.All(layers, layer => Assert.Equal(0, PagePool.LayerBytes(layer, type) % 64));
        Assert.All(layers, layer => Assert.True(PagePool.LayerBytes(layer, type) >= (long)layer.Elements * PagePool.ElementBytes(type)));
        for (int page = 0; page < 5; page++)
        {
            Assert.Equal(0, (nint)pool.Page(page) % 64);
            Assert.True(pool.Bytes(page).IndexOfAnyExcept((byte)0) < 0);
            pool.Bytes(page).Fill((byte)(page + 1));
        }

        Assert.Equal([1, 2, 3, 4, 5], Enumerable.Range(0, 5).Select(page => (int)pool.Bytes(page)[0]));
        for (int page = 0; page < 5; page++)
        {
            Assert.True(pool.Bytes(page).IndexOfAnyExcept(pool.Bytes(page)[0]) < 0);
        }
    }

    [Fact]
    public void Pages_beside_the_pool_and_those_of_a_warm_up_lie_apart_from_it()
    {
        string folder = Directory.CreateTempSubdirectory("pages-").FullName;
        try
        {
            using PagePool pool = new([new(2, 8)], KvType.Float32, 3, 2, new HostRoom(2, 3, folder));
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder)); // its name is gone before it is used
            for (int page = 0; page < 10; page++)
            {
                Assert.True(pool.Bytes(page).IndexOfAnyExcept((byte)0) < 0);
                pool.Bytes(page).Fill((byte)(page + 1));
            }

            for (int page = 0; page < 10; page++)
            {
                Assert.True(pool.Bytes(page).IndexOfAnyExcept((byte)(page + 1)) < 0);
            }

            Assert.Equal(4 * pool.PageBytes, pool.Page(9) - pool.Page(0)); // the warm-up's are the last of the numbers, and next to the pool in memory
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_takes_no_file_is_named()
    {
        string file = Path.GetTempFileName();
        try
        {
            InferenceException refused = Assert.Throws<InferenceException>(() => new PagePool([new(2, 8)], KvType.Float32, 3, 2, new HostRoom(0, 3, file)).Dispose());
            Assert.Equal(ErrorCode.OutOfMemory, refused.Code);
            Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(8, 16)]
    [InlineData(16, 16)]
    [InlineData(24, 32)]
    [InlineData(128, 128)]
    public void Values_are_padded_to_sixteen_and_keys_are_not(int headDim, int padded)
    {
        KvBlockShape shape = new(2, headDim);
        Assert.Equal(padded, shape.PaddedHeadDim);
        Assert.Equal(2 * headDim * 16, shape.KeyElements);
        Assert.Equal(2 * 16 * padded, shape.ValueElements);
    }

    [Fact]
    public void Bfloat16_rounds_to_nearest_ties_to_even()
    {
        Random random = new(2);
        for (int i = 0; i < 200_000; i++)
        {
            // One in four is a tie.
            uint bits = (uint)random.NextInt64(1L << 32);
            float value = BitConverter.UInt32BitsToSingle(i % 4 == 0 ? (bits & 0xFFFF0000u) | 0x8000u : bits);
            ushort stored;
            BFloat16Kv.Store((byte*)&stored, value);
            Assert.Equal(Nearest(value), stored);
        }
    }

    [Theory]
    [InlineData(0f, 0x0000)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1f, 0x3F80)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(float.MaxValue, 0x7F80)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(float.NegativeInfinity, 0xFF80)]
    [InlineData(float.NaN, 0x7FC0)]
    [InlineData(float.Epsilon, 0x0000)]
    public void Bfloat16_of_special_values(float value, int expected)
    {
        ushort stored;
        BFloat16Kv.Store((byte*)&stored, value);
        Assert.Equal(expected, stored);
    }

    [Fact]
    public void Sixteen_elements_widen_exactly()
    {
        Random random = new(3);
        ushort* brain = stackalloc ushort[16];
        float* floats = stackalloc float[16];
        for (int i = 0; i < 16; i++)
        {
            brain[i] = Numbers.BFloat16(random);
            floats[i] = Numbers.Float(random);
        }

        for (int i = 0; i < 16; i++)
        {
            Numbers.AssertSameBits([Numbers.Widen(brain[i]), floats[i]], [BFloat16Kv.Load((byte*)brain)[i], Float32Kv.Load((byte*)floats)[i]], $"element {i}");
        }
    }

    /// <summary>Whichever of the two neighbours is nearer, the even one of two equally near; exact, since doubles hold all three.</summary>
    private static ushort Nearest(float value)
    {
        if (float.IsNaN(value))
        {
            return 0x7FC0;
        }

        ushort toZero = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        ushort away = (ushort)(toZero + 1);
        if (float.IsInfinity(value))
        {
            return toZero;
        }

        // Beyond the largest finite value the next step is 2^128, though its bits say infinity.
        double next = float.IsInfinity(Numbers.Widen(away)) ? Math.CopySign(Math.Pow(2, 128), value) : Numbers.Widen(away);
        double below = Math.Abs(value - (double)Numbers.Widen(toZero));
        double above = Math.Abs(next - value);
        return below < above || (below == above && toZero % 2 == 0) ? toZero : away;
    }
}
