using OrleansInference.Serving.Offload;
using OrleansInference.Unit.Pages;

namespace OrleansInference.Unit.Serving.Offload;

public sealed class PageContentsTests
{
    [Fact]
    public void A_page_of_all_stages_comes_back_as_it_was() => Seeded.Run(random =>
    {
        MemoryStage[] stages = [new(3, 64), new(3, 7), new(3, 200)];
        PageContents contents = new(stages);
        Assert.Equal(271, contents.Bytes);
        Array.ForEach(stages, stage => random.NextBytes(stage.Page(1)));
        byte[] copy = new byte[contents.Bytes];

        PageChecksum sum = contents.Read(1, copy);
        Assert.Equal(sum, contents.Write(2, copy));
        Assert.All(stages, static stage => Assert.Equal(stage.Page(1).ToArray(), stage.Page(2).ToArray()));
    });

    [Theory]
    [InlineData(8)]
    [InlineData(37)]
    [InlineData(256)]
    public void Every_changed_bit_changes_the_checksum(int bytes)
    {
        byte[] data = new byte[bytes];
        new Random(bytes).NextBytes(data);
        HashSet<PageChecksum> sums = [PageChecksum.Start.Append(data)];
        for (int bit = 0; bit < bytes * 8; bit++)
        {
            data[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(sums.Add(PageChecksum.Start.Append(data)), $"bit {bit}");
            data[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
