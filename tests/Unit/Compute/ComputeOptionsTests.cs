using OrleansInference.Compute;
using OrleansInference.Compute.Stages;
using OrleansInference.Models;

namespace OrleansInference.Unit.Compute;

public sealed class ComputeOptionsTests
{
    public static TheoryData<ComputeOptions, string, string> OutOfRange => new()
    {
        { new ComputeOptions { Threads = 0 }, "Threads", "Threads is 0; expected 1 to 1024." },
        { new ComputeOptions { Threads = 1025 }, "Threads", "Threads is 1025; expected 1 to 1024." },
        { new ComputeOptions { Stages = 0 }, "Stages", "Stages is 0; expected 1 to the model's 4 layers." },
        { new ComputeOptions { Stages = 5 }, "Stages", "Stages is 5; expected 1 to the model's 4 layers." },
        { new ComputeOptions { MaxStepTokens = 0 }, "MaxStepTokens", "MaxStepTokens is 0; expected 1 to 65536." },
        { new ComputeOptions { MaxStepTokens = 65537 }, "MaxStepTokens", "MaxStepTokens is 65537; expected 1 to 65536." },
        { new ComputeOptions { MaxLogitRows = 0 }, "MaxLogitRows", "MaxLogitRows is 0; expected at least 1." },
        { new ComputeOptions { KvBytes = 0 }, "KvBytes", "KvBytes is 0; expected more than 0." },
        { new ComputeOptions { KvBytes = -5 }, "KvBytes", "KvBytes is -5; expected more than 0." },
        { new ComputeOptions { KvType = (KvType)9 }, "KvType", "KvType is 9; expected Float32 or BFloat16." },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_value_out_of_range_is_named_with_its_range(ComputeOptions options, string name, string message)
    {
        InferenceException refused = Assert.Throws<InferenceException>(() => options.Validate(layers: 4));
        Assert.Equal((ErrorCode.InvalidOption, name, message), (refused.Code, refused.Parameter, refused.Message));
    }

    [Fact]
    public void The_defaults_and_the_limits_are_valid()
    {
        new ComputeOptions().Validate(1);
        new ComputeOptions { Threads = 1024, Stages = 4, MaxStepTokens = 65536, MaxLogitRows = int.MaxValue, KvBytes = 1, KvType = KvType.BFloat16 }.Validate(4);
    }

    [Fact]
    public void Stages_share_the_layers_in_order_and_evenly()
    {
        for (int layers = 1; layers <= 40; layers++)
        {
            for (int stages = 1; stages <= layers; stages++)
            {
                StageRange[] ranges = StageRange.Split(layers, stages);
                Assert.Equal(stages, ranges.Length);
                Assert.Equal(0, ranges[0].FirstLayer);
                Assert.Equal(layers, ranges[^1].EndLayer);
                Assert.True(ranges.Zip(ranges.Skip(1)).All(static pair => pair.First.EndLayer == pair.Second.FirstLayer));
                Assert.InRange(ranges.Max(static range => range.LayerCount) - ranges.Min(static range => range.LayerCount), 0, 1);
            }
        }
    }
}
