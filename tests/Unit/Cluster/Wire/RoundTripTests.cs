using System.Runtime.InteropServices;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Wire;

public sealed class RoundTripTests
{
    public static TheoryData<string> Kinds => [.. Wired.Kinds.Select(static type => type.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_arrives_as_it_was_sent(string kind) => Seeded.Run(random =>
    {
        Type type = Wired.Kinds.Single(type => type.Name == kind);
        for (int round = 0; round < 50; round++)
        {
            ControlMessage message = new RandomValue(random, whole: round == 0).Message(type);
            ControlMessage arrived = ControlCodec.Read(Wired.Bytes(message));
            Assert.Equal(Contents.Of(message), Contents.Of(arrived));
        }
    });

    [Fact]
    public void Sessions_and_plans_come_back_as_they_were_stored() => Seeded.Run(random =>
    {
        for (int round = 0; round < 50; round++)
        {
            RandomValue values = new(random, whole: round == 0);
            SessionRecord record = (SessionRecord)values.Of(typeof(SessionRecord))!;
            PipelinePlan plan = (PipelinePlan)values.Of(typeof(PipelinePlan))!;
            Assert.Equal(Contents.Of(record), Contents.Of(ControlCodec.ReadRecord(Wired.Bytes(record))));
            SessionState state = (SessionState)values.Of(typeof(SessionState))!;
            TokenBlock block = (TokenBlock)values.Of(typeof(TokenBlock))! with { Tokens = new ChoiceLog([4, round], FinishReason.None) { Measures = [] } };
            Assert.Equal(Contents.Of(state), Contents.Of(ControlCodec.ReadState(Wired.Bytes(state))));
            Assert.Equal(Contents.Of(block), Contents.Of(ControlCodec.ReadBlock(Wired.Bytes(block))));
            Assert.Equal(Contents.Of(plan), Contents.Of(ControlCodec.ReadPlan(Wired.Bytes(plan))));
        }
    });

    [Fact]
    public void An_allocation_comes_back_as_it_was_stored() => Seeded.Run(static random =>
    {
        DeviceSlot[] places = [.. Enumerable.Range(0, random.Next(9)).Select(device => new DeviceSlot(new DeviceLife(device, random.Next()), random.Next(RouterNumbers.MostPipelines)))];
        DeviceAllocation allocation = new(random.NextInt64(), random.Next(), places);
        Assert.Equal(Contents.Of(allocation), Contents.Of(ControlCodec.ReadAllocation(Wired.Bytes(allocation))));
    });

    [Fact]
    public void What_a_router_leaves_comes_to_the_next() => Seeded.Run(static random =>
    {
        RouterHandover handover = Wired.Handover(random);
        Assert.Equal(Contents.Of(handover), Contents.Of(ControlCodec.ReadHandover(Wired.Bytes(handover))));
    });

    [Fact]
    public void Pages_that_come_twice_or_before_what_they_continue_are_refused()
    {
        RouterHandover handover = Wired.Handover(new Random(1));
        PublishedPage last = handover.Pages[^1];
        Refused(last with { Page = handover.Pages[0].Page }, "expected each page once");
        Refused(last with { Before = last.Page }, "expected each page once");
        Refused(last with { Before = -2 }, "no page or one before it");
        Refused(last with { Tokens = new int[15] }, "has 15 tokens; expected 16");
        Refused(last with { Page = 99 }, "A sequence ends with page 4, which is not handed over");

        void Refused(PublishedPage wrong, string message)
        {
            byte[] bytes = Wired.Bytes(handover with { Pages = [.. handover.Pages[..^1], wrong] });
            Assert.Contains(message, Assert.Throws<InferenceException>(() => ControlCodec.ReadHandover(bytes)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(3_000_000)]
    public void Hidden_states_of_any_length_arrive_to_the_bit(int length) => Seeded.Run(random =>
    {
        StepForward message = (StepForward)new RandomValue(random, whole: true).Message(typeof(StepForward)) with { Hidden = new float[length] };
        foreach (ref float value in message.Hidden.AsSpan())
        {
            value = BitConverter.Int32BitsToSingle(random.Next());
        }

        StepForward arrived = (StepForward)ControlCodec.Read(Wired.Bytes(message));
        Assert.True(MemoryMarshal.AsBytes<float>(message.Hidden).SequenceEqual(MemoryMarshal.AsBytes<float>(arrived.Hidden)));
        Assert.Equal(message.Completed, arrived.Completed);
    });

    [Fact]
    public void Sampling_goes_on_where_it_was()
    {
        GenerationRequest request = new()
        {
            RequestId = "r",
            Prompt = new[] { 1, 2 },
            MaxTokens = 9,
            MinTokens = 3,
            Sampling = new SamplingParameters { FrequencyPenalty = 0.5f, LogitBias = new Dictionary<int, float> { [4] = 2 } },
        };
        SequenceSampling sampling = new(request, 0, [7], [3]);
        Step step = new();
        step.Add([5], 2, [0], new SliceOutput(sampling));
        StepForward message = new(step, [], 0);
        SequenceSampling arrived = ((StepForward)ControlCodec.Read(Wired.Bytes(message))).Step.Outputs[0].Sampling!;
        sampling.Append(3);
        arrived.Append(3);
        float[] logits = [.. Enumerable.Range(0, 8).Select(static value => value / 8f)];
        Assert.Equal(sampling.Adjust(logits, new float[8]).ToArray(), arrived.Adjust(logits, new float[8]).ToArray());
    }

    [Fact]
    public void Errors_of_other_kinds_arrive_as_what_their_kind_says()
    {
        StepDone done = new(1, 1, new StepResult([], [new SliceFailure(0, new InsufficientMemoryException("full")), new SliceFailure(1, new InvalidOperationException("odd"))]));
        var failures = ((StepDone)ControlCodec.Read(Wired.Bytes(done))).Result.Failures;
        Assert.Equal((ErrorCode.OutOfMemory, "full"), (((InferenceException)failures[0].Error).Code, failures[0].Error.Message));
        Assert.Equal((ErrorCode.Internal, "odd"), (((InferenceException)failures[1].Error).Code, failures[1].Error.Message));
    }

    [Fact]
    public void Numbers_that_stand_for_nothing_arrive_too()
    {
        Step step = new();
        step.Add([5], 0, [0], LogitRows.None, new SliceOutput(null, 0, true, -1));
        StepForward message = new(step, [], -1);
        Assert.Equal(Contents.Of(message), Contents.Of(ControlCodec.Read(Wired.Bytes(message))));
    }
}
