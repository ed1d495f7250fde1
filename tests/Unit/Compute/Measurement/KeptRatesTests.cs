using OrleansInference.Compute;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.Unit.Compute.Measurement;

/// <summary>What the machine can do is measured once and kept beside the packed weights.</summary>
public sealed class KeptRatesTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("oi-rates-").FullName, "packed");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void Rates_are_read_as_they_were_kept_and_replaced_by_later_ones()
    {
        KeptRates kept = Of(2);
        Assert.Null(kept.Read());
        kept.Write(new MachineRates(1.25e10, 4.5e11));
        Assert.Equal(new MachineRates(1.25e10, 4.5e11), Of(2).Read());
        kept.Write(new MachineRates(1e10, 3e11));
        Assert.Equal(new MachineRates(1e10, 3e11), Of(2).Read());
        Assert.Single(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void Another_number_of_threads_has_rates_of_its_own()
    {
        Of(2).Write(new MachineRates(1e10, 1e11));
        Assert.Null(Of(1).Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("read_bytes_per_second 1e10\n")]
    [InlineData("read_bytes_per_second 1e10\nflops NaN\n")]
    [InlineData("read_bytes_per_second -1\nflops 1e11\n")]
    [InlineData("\0\0\0\0")]
    public void What_is_not_valid_is_measured_again(string text)
    {
        Of(2).Write(new MachineRates(1, 1));
        File.WriteAllText(Directory.EnumerateFiles(_folder).Single(), text);
        Assert.Null(Of(2).Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    public void Nothing_is_kept_where_weights_are_not(string folder) => Assert.Null(KeptRates.Of(new ComputeOptions { PackedFolder = folder }));

    [Fact]
    public void A_folder_that_cannot_be_written_is_no_error()
    {
        File.WriteAllText(_folder, "not a folder");
        Of(2).Write(new MachineRates(1, 1));
        Assert.Null(Of(2).Read());
    }

    private KeptRates Of(int threads) => KeptRates.Of(new ComputeOptions { Threads = threads, PackedFolder = _folder })!;
}
