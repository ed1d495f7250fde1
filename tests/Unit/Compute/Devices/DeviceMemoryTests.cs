using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Unit.Models.Checkpoints;

namespace OrleansInference.Unit.Compute.Devices;

public sealed class DeviceMemoryTests : IDisposable
{
    private readonly TinyCheckpoint _files = new();
    private readonly Checkpoint _checkpoint;

    public DeviceMemoryTests() => _checkpoint = Checkpoint.Open(_files.Directory);

    [Fact]
    public void What_there_is_no_room_for_is_refused_with_what_was_wanted_and_what_there_is()
    {
        using DeviceModel device = Device(1000);
        InferenceException refused = Assert.Throws<InferenceException>(() => device.Load(0, 1));
        Assert.Equal(ErrorCode.OutOfMemory, refused.Code);
        Assert.StartsWith($"Layers 0 to 0 need {LeastFor(0, 1)} more bytes (", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("; the device has 1000, of which 0 are in use.", refused.Message, StringComparison.Ordinal);
        Assert.False(device.Holds(0, 1));
        Assert.False(device.Fits(0, 1));
    }

    [Fact]
    public void Layers_fit_into_what_they_need_and_into_no_byte_less()
    {
        long needed = LeastFor(0, 2);
        using DeviceModel enough = Device(needed);
        enough.Load(0, 2);
        Assert.True(enough.Holds(0, 2));
        using DeviceModel less = Device(needed - 1);
        Assert.Throws<InferenceException>(() => less.Load(0, 2));
    }

    [Fact]
    public void What_was_refused_leaves_nothing_behind_and_what_is_loaded_stays()
    {
        using DeviceModel device = Device(LeastFor(1, 2) + LeastFor(0, 1) - 1);
        device.Load(1, 2);
        Assert.Throws<InferenceException>(() => device.Load(0, 2));
        Assert.True(device.Holds(1, 2));
        Assert.False(device.Holds(0, 1));
    }

    [Fact]
    public void What_is_given_up_makes_room()
    {
        using DeviceModel device = Device(Math.Max(LeastFor(0, 1), LeastFor(1, 2)));
        device.Load(0, 1);
        Assert.Throws<InferenceException>(() => device.Load(1, 2));
        Assert.True(device.Fits(1, 2));
        device.Keep();
        device.Load(1, 2);
        Assert.True(device.Holds(1, 2));
    }

    [Fact]
    public void Without_a_limit_everything_is_loaded()
    {
        using DeviceModel device = Device(null);
        device.Load(0, device.LayerCount);
        Assert.True(device.Fits(0, device.LayerCount));
        Assert.True(device.WorkspaceBytes > 0);
    }

    public void Dispose()
    {
        _checkpoint.Dispose();
        _files.Dispose();
    }

    private DeviceModel Device(long? memory) => new(_checkpoint, new ComputeOptions { Threads = 1, MaxStepTokens = 8, KvBytes = 1 << 20, PackedFolder = "" }, memory);

    /// <summary>By halving: the fewest bytes into which layers fit.</summary>
    private long LeastFor(int first, int end)
    {
        long least = 0;
        for (long step = 1L << 40; step > 0; step >>= 1)
        {
            using DeviceModel device = Device(least + step);
            least += device.Fits(first, end) ? 0 : step;
        }

        return least + 1;
    }
}
