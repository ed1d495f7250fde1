using System.Security.Cryptography;
using System.Text;
using OrleansInference.Compute.Weights;

namespace OrleansInference.Unit.Compute.Weights;

public sealed class PackedFileHeaderTests
{
    private const int JsonAt = 44;
    private static readonly PackedFileHeader Sound = new(1, "abc", "layer-0000", [new("qkv", WeightFormat.BFloat16, 96, 64, 0), new("qkv.bias", WeightFormat.Float32, 96, 0, 12288)], 12672, "ff00");

    [Fact]
    public void A_header_reads_back_as_it_was_written()
    {
        PackedFileHeader read = PackedFileHeader.Read(Bytes())!;
        Assert.True(read.Describes(Sound));
        Assert.Equal("ff00", read.DataChecksum);
        Assert.False(read.Describes(Sound with { Unit = "layer-0001" }));
        Assert.False(read.Describes(Sound with { DataBytes = 0 }));
        Assert.False(read.Describes(Sound with { Items = [Sound.Items[0]] }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"Version\":1")]
    [InlineData("{\"Version\":99999999999}")]
    [InlineData("{\"Version\":1,\"Checkpoint\":null,\"Unit\":null,\"Items\":null,\"DataBytes\":1,\"DataChecksum\":null}")]
    [InlineData("{\"Version\":1,\"Checkpoint\":\"\\ud800\",\"Unit\":\"\",\"Items\":[],\"DataBytes\":1,\"DataChecksum\":\"\"}")]
    public void Other_JSON_under_a_right_hash_is_no_header(string json) => Assert.Null(PackedFileHeader.Read(Around(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void Items_that_are_null_describe_nothing()
    {
        byte[] bytes = Around("""{"Version":1,"Checkpoint":"abc","Unit":"layer-0000","Items":[null,null],"DataBytes":12672,"DataChecksum":"ff00"}"""u8);
        Assert.NotEqual(true, PackedFileHeader.Read(bytes)?.Describes(Sound));
    }

    [Fact]
    public void Whatever_a_header_holds_reading_it_throws_nothing()
    {
        int seed = Seed.Next();
        Random random = new(seed);
        byte[] sound = Bytes();
        int jsonLength = BitConverter.ToInt32(sound, 8);
        for (int i = 0; i < 4000; i++)
        {
            byte[] bytes = (byte[])sound.Clone();
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                bytes[random.Next(JsonAt + jsonLength)] = (byte)random.Next(256);
            }

            bool rehash = i % 2 == 0;
            if (rehash)
            {
                bytes = Around(bytes.AsSpan(JsonAt, jsonLength));
            }

            Exception? thrown = Record.Exception(() =>
            {
                PackedFileHeader? read = PackedFileHeader.Read(bytes);
                read?.Describes(Sound);
                return rehash || read is null || bytes.AsSpan().SequenceEqual(sound) ? 0 : throw new InvalidDataException("A damaged header was taken for a sound one.");
            });
            Assert.True(thrown is null, $"seed {seed}, attempt {i}: {thrown}");
        }

        Assert.Null(PackedFileHeader.Read(sound.AsSpan(0, PackedFileHeader.Bytes - 1)));
        foreach (int length in (int[])[-1, 0, PackedFileHeader.Bytes, int.MaxValue, int.MinValue])
        {
            BitConverter.TryWriteBytes(sound.AsSpan(8), length);
            Assert.Null(PackedFileHeader.Read(sound));
        }
    }

    private static byte[] Bytes()
    {
        byte[] bytes = new byte[PackedFileHeader.Bytes];
        Sound.Write(bytes);
        return bytes;
    }

    private static byte[] Around(ReadOnlySpan<byte> json)
    {
        byte[] bytes = new byte[PackedFileHeader.Bytes];
        "OIPACKED"u8.CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), json.Length);
        SHA256.HashData(json, bytes.AsSpan(12));
        json.CopyTo(bytes.AsSpan(JsonAt));
        return bytes;
    }
}
