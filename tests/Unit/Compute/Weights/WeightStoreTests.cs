using OrleansInference.Compute;
using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Weights;
using OrleansInference.Models;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Compute.Weights;

public sealed class WeightStoreTests : IDisposable
{
    private static readonly TensorSpec Matrix = new("m", 70, 24);
    private static readonly TensorSpec Norm = new("n", 24);
    private readonly WeightFixture _fixture = new((Matrix, TensorType.BFloat16), (Norm, TensorType.Float32));

    private string Packed => _fixture.Folder.At("unit.packed");

    [Fact]
    public void What_one_load_packed_the_next_maps()
    {
        Assert.Equal(LoadPhase.Packing, Load());
        DateTime written = File.GetLastWriteTimeUtc(Packed);
        Assert.Equal(LoadPhase.Verifying, Load());
        Assert.Equal(LoadPhase.Verifying, Load());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Packed));
        AssertOnlyThePackedFile();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(PackedFileHeader.Bytes)]
    [InlineData(PackedFileHeader.Bytes + 777)]
    [InlineData(-1)]
    public void A_damaged_byte_is_packed_anew(int at)
    {
        Load();
        byte[] bytes = File.ReadAllBytes(Packed);
        bytes[at < 0 ? bytes.Length + at : at] ^= 4;
        File.WriteAllBytes(Packed, bytes);
        Assert.Equal(LoadPhase.Packing, Load());
        Assert.Equal(LoadPhase.Verifying, Load());
        AssertOnlyThePackedFile();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PackedFileHeader.Bytes)]
    [InlineData(-1)]
    [InlineData(-64)]
    public void A_truncated_file_is_packed_anew(int length)
    {
        Load();
        using (FileStream file = File.OpenWrite(Packed))
        {
            file.SetLength(length < 0 ? file.Length + length : length);
        }

        Assert.Equal(LoadPhase.Packing, Load());
        Assert.Equal(LoadPhase.Verifying, Load());
    }

    [Fact]
    public void A_file_of_another_unit_layout_or_checkpoint_is_packed_anew()
    {
        UnitLayout other = _fixture.Layout("other");
        other.AddLinear("matrix", new LinearSpec(Matrix));
        other.AddVector("norm", Norm);
        _fixture.Store(other, _fixture.Folder.Directory).Load(other).Dispose();
        File.Move(_fixture.Folder.At("other.packed"), Packed);
        Assert.Equal(LoadPhase.Packing, Load());

        PackedFileHeader mine = PackedFileHeader.Describe(Layout(), "");
        PackedFileHeader[] foreign = [mine with { Version = 0 }, mine with { Checkpoint = new string('0', 64) }, mine with { Items = [] }, mine with { DataChecksum = "" }];
        foreach (PackedFileHeader header in foreign)
        {
            byte[] bytes = File.ReadAllBytes(Packed);
            header.Write(bytes.AsSpan(0, PackedFileHeader.Bytes));
            File.WriteAllBytes(Packed, bytes);
            Assert.Equal(LoadPhase.Packing, Load());
            Assert.Equal(LoadPhase.Verifying, Load());
        }
    }

    [Fact]
    public void Without_a_folder_that_can_be_written_the_weights_are_packed_into_memory()
    {
        string file = _fixture.Folder.Put("file", "not a folder");
        Assert.Equal(LoadPhase.Packing, Load(Path.Combine(file, "below")));
        Assert.Equal(LoadPhase.Packing, Load(Path.Combine(file, "below")));
        Assert.Equal("not a folder", File.ReadAllText(file));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_left_alone()
    {
        Directory.CreateDirectory(Packed);
        Assert.Equal(LoadPhase.Packing, Load());
        Assert.True(Directory.Exists(Packed));
        Assert.Single(Directory.GetFileSystemEntries(_fixture.Folder.Directory));
    }

    [Fact]
    public void A_failed_packing_leaves_nothing_behind()
    {
        UnitLayout layout = _fixture.Layout();
        layout.AddLinear("matrix", new LinearSpec(Matrix, new TensorSpec("no such bias", 70)));
        Assert.Throws<InferenceException>(() => _fixture.Store(layout, _fixture.Folder.Directory).Load(layout));
        Assert.Empty(Directory.GetFileSystemEntries(_fixture.Folder.Directory));
    }

    [Fact]
    public async Task Stores_may_fill_one_folder_at_once()
    {
        using Barrier start = new(3);
        Task[] loads = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using OrleansInference.Compute.Threading.WorkerTeam team = new(1, "test");
                start.SignalAndWait();
                for (int i = 0; i < 5; i++)
                {
                    UnitLayout layout = Layout();
                    using PackedUnit unit = new WeightStore(team, _fixture.Folder.Directory, layout.Bytes, null).Load(layout);
                    AssertContent(unit);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        await Task.WhenAll(loads).WaitAsync(TimeSpan.FromMinutes(3));
        AssertOnlyThePackedFile();
        Assert.Equal(LoadPhase.Verifying, Load());
    }

    [Fact]
    public void Progress_ends_at_the_total()
    {
        PhaseRecorder recorder = new();
        UnitLayout layout = Layout();
        _fixture.Store(layout, _fixture.Folder.Directory, recorder).Load(layout).Dispose();
        Assert.Equal([new LoadProgress(LoadPhase.Packing, layout.Bytes, layout.Bytes)], recorder.Events);
    }

    public void Dispose() => _fixture.Dispose();

    private UnitLayout Layout()
    {
        UnitLayout layout = _fixture.Layout();
        layout.AddLinear("matrix", new LinearSpec(Matrix));
        layout.AddVector("norm", Norm);
        return layout;
    }

    /// <summary>Loads, compares the content, and returns what was done last.</summary>
    private LoadPhase Load(string? folder = null)
    {
        PhaseRecorder recorder = new();
        UnitLayout layout = Layout();
        using PackedUnit unit = _fixture.Store(layout, folder ?? _fixture.Folder.Directory, recorder).Load(layout);
        AssertContent(unit);
        LoadProgress last = recorder.Events[^1];
        Assert.Equal((layout.Bytes, layout.Bytes), (last.DoneBytes, last.TotalBytes));
        return last.Phase;
    }

    private unsafe void AssertContent(PackedUnit unit)
    {
        PackedMatrix matrix = unit.Matrix("matrix");
        for (int output = 0; output < 70; output++)
        {
            for (int k = 0; k < 24; k++)
            {
                float actual = BFloat16Panel.Column(matrix.Panel(output / 32) + (k * matrix.BytesPerK), output % 32);
                Assert.True(_fixture.Value("m", (output * 24) + k) == actual, $"output {output}, input {k}: {actual}");
            }
        }

        for (int i = 0; i < 24; i++)
        {
            Assert.Equal(_fixture.Value("n", i), unit.Vector("norm")[i]);
        }
    }

    private void AssertOnlyThePackedFile() => Assert.Equal([Packed], Directory.GetFileSystemEntries(_fixture.Folder.Directory));
}
