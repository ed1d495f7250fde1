using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Models.Checkpoints;

public sealed class SafetensorsWriterTests
{
    private static readonly (TensorSpec, TensorType)[] Tensors =
        [(new TensorSpec("a", 2, 3), TensorType.BFloat16), (new TensorSpec("b"), TensorType.Float32), (new TensorSpec("c", 0), TensorType.Float16)];

    [Fact]
    public void What_is_written_in_pieces_is_read_back()
    {
        using TemporaryFolder folder = new();
        byte[] content = [.. Enumerable.Range(1, 16).Select(value => (byte)value)];
        using (SafetensorsWriter writer = new(folder.At("a.safetensors"), Tensors))
        {
            writer.Write(content.AsSpan(0, 13));
            writer.Write(content.AsSpan(13));
            writer.Complete();
        }

        using var file = SafetensorsFile.Open(folder.At("a.safetensors"));
        Assert.Equal(0, file.DataStart % 64);
        Assert.Equal([2L, 3L], file.Entries["a"].Shape);
        Assert.Equal((12L, 16L), (file.Entries["b"].Begin, file.Entries["b"].End));
        Assert.Equal(content, File.ReadAllBytes(file.Path)[(int)file.DataStart..]);
        Assert.Single(Directory.GetFiles(folder.Directory));
    }

    [Fact]
    public void An_unfinished_file_leaves_nothing_behind()
    {
        using TemporaryFolder folder = new();
        using (SafetensorsWriter writer = new(folder.At("a.safetensors"), Tensors))
        {
            writer.Write(new byte[15]);
            Assert.Throws<InvalidOperationException>(writer.Complete);
            Assert.Throws<InvalidOperationException>(() => writer.Write(new byte[2]));
        }

        Assert.Empty(Directory.GetFiles(folder.Directory));
    }
}
