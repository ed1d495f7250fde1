using System.Buffers.Binary;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Cluster.Wire;

public sealed class CompatibilityTests
{
    private const string Snapshot = "tests/Unit/Cluster/Wire/Snapshot.txt";

    // Travel as the numbers 0, 1, 2 … of their values.
    private static readonly Type[] Enumerations = [typeof(ErrorCode), typeof(FinishReason), typeof(LogitRows)];

    [Fact]
    public void Every_message_has_a_kind_of_its_own_and_its_name()
    {
        foreach (Type type in Wired.Kinds)
        {
            byte[] bytes = Wired.Bytes(new RandomValue(new Random(1), whole: true).Message(type));
            Assert.Equal(type.Name, ((WireKind)bytes[1]).ToString());
        }
    }

    /// <summary>With ORLEANS_INFERENCE_UPDATE_SNAPSHOTS=1 in the environment the file is written anew; bytes that nodes of an earlier version send must stay readable.</summary>
    [Fact]
    public void Bytes_are_those_written_down()
    {
        string path = Repository.PathOf(Snapshot);
        IEnumerable<string> numbers = Enumerations.Select(static type => $"{type.Name} {string.Join(" ", Enum.GetNames(type))}");
        string[] found = [.. Instances().Select(static instance => $"{instance.Name} {Convert.ToHexStringLower(instance.Bytes)}"), .. numbers];
        if (Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllLines(path, found);
        }

        Assert.Equal(File.Exists(path) ? File.ReadAllLines(path) : [], found);
    }

    [Fact]
    public void What_a_later_version_adds_at_the_end_is_left_alone()
    {
        foreach (Type type in Wired.Kinds)
        {
            ControlMessage message = new RandomValue(new Random(2), whole: true).Message(type);
            byte[] bytes = [.. Wired.Bytes(message), 1, 2, 3];
            AssertReadAs(message, bytes);
        }
    }

    [Theory]
    [InlineData(typeof(StepForward))]
    [InlineData(typeof(StepDone))]
    public void A_step_of_an_earlier_version_comes_without_times_and_notes(Type type)
    {
        ControlMessage message = new RandomValue(new Random(2), whole: true).Message(type);
        message = message is StepForward forward ? forward with { Times = default, Delta = null, Failure = null, Traces = [] } : (StepDone)message with { Times = default };
        int added = message is StepForward ? 6 : 3; // a byte for each zero of the times, for no notes, for no failure, and for no traces
        byte[] bytes = Wired.Bytes(message)[..^added];
        AssertReadAs(message, bytes);
    }

    [Theory]
    [InlineData(typeof(PageContents))]
    [InlineData(typeof(SavePlan))]
    public void Pages_and_plans_of_an_earlier_version_keep_no_hidden_states(Type type)
    {
        ControlMessage message = new RandomValue(new Random(2), whole: true).Message(type);
        message = message is PageContents contents ? contents with { Kept = [], Proof = null } : new SavePlan(((SavePlan)message).Plan with { Boundaries = [] });
        byte[] bytes = Wired.Bytes(message)[..^(message is PageContents ? 2 : 1)]; // the count of none, and no proof
        if (message is SavePlan)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(6), bytes.Length - 10);
        }

        AssertReadAs(message, bytes);
    }

    [Theory]
    [InlineData(typeof(PageContents))]
    [InlineData(typeof(Joined))]
    public void A_node_of_an_earlier_version_proves_no_pages(Type type)
    {
        ControlMessage message = new RandomValue(new Random(2), whole: true).Message(type);
        message = message is PageContents contents ? contents with { Proof = null } : (Joined)message with { Pages = null };
        byte[] bytes = Wired.Bytes(message)[..^1];
        AssertReadAs(message, bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void A_proof_of_more_or_fewer_tokens_than_a_page_has_is_refused(int tokens)
    {
        PageContents contents = new(1, new DeviceLife(1, 1), new LayerRange(0, 2), 5, 1, []) { Proof = new PageProof(default, new int[tokens], [1, 2]) };
        Assert.Contains($"proof has {tokens} tokens", Assert.Throws<InferenceException>(() => ControlCodec.Read(Wired.Bytes(contents))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_of_an_earlier_version_begins_with_its_first_tokens()
    {
        SessionRecord record = (SessionRecord)new RandomValue(new Random(2), whole: true).Of(typeof(SessionRecord))! with { From = [], Begins = false, Pipeline = -1, Used = [] };
        byte[] bytes = Wired.Bytes(record)[..^4]; // the count of none, false, −1, and the count of none
        SetLength(bytes);
        Assert.Equal(Contents.Of(record), Contents.Of(ControlCodec.ReadRecord(bytes)));
    }

    [Fact]
    public void A_request_of_an_earlier_version_is_not_traced_and_not_counted_and_has_no_policy()
    {
        const int Policy = 11; // bytes of an empty one
        SessionRecord record = (SessionRecord)new RandomValue(new Random(2), whole: true).Of(typeof(SessionRecord))!;
        record = record with { Request = record.Request with { TraceParent = null, TraceState = null, Account = null, Policy = TenantPolicy.None } };
        byte[] bytes = Wired.Bytes(record);
        const int Request = 6;
        int end = Request + sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(Request));
        byte[] shorter = [.. bytes[..(end - 3 - Policy)], .. bytes[end..]]; // without the lengths of two texts that are not there, and without an account
        BinaryPrimitives.WriteInt32LittleEndian(shorter.AsSpan(Request), end - 3 - Policy - Request - sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(shorter.AsSpan(2), shorter.Length - 6);
        Assert.Equal(Contents.Of(record), Contents.Of(ControlCodec.ReadRecord(shorter)));
    }

    [Fact]
    public void Sessions_and_routers_of_an_earlier_version_know_no_pipelines()
    {
        RandomValue values = new(new Random(2), whole: true);
        SessionRecord record = (SessionRecord)values.Of(typeof(SessionRecord))! with { Pipeline = -1, Used = [] };
        Assert.Equal(Contents.Of(record), Contents.Of(ControlCodec.ReadRecord(Shorter(Wired.Bytes(record), 2)))); // without the count of none, too
        SessionState state = (SessionState)values.Of(typeof(SessionState))! with { Pipeline = -1, Used = [] };
        Assert.Equal(Contents.Of(state), Contents.Of(ControlCodec.ReadState(Shorter(Wired.Bytes(state), 2))));
        DetachStream detach = new(5, 6, 7, true);
        Assert.Equal(Contents.Of(detach), Contents.Of(ControlCodec.Read(Shorter(Wired.Bytes(detach)))));
        CommitTokens commit = (CommitTokens)values.Message(typeof(CommitTokens)) with { Router = 0 };
        Assert.Equal(Contents.Of(commit), Contents.Of(ControlCodec.Read(Shorter(Wired.Bytes(commit)))));
        Assert.Equal(new SequencesCancelled(5, 0), ControlCodec.Read(Shorter(Wired.Bytes(new SequencesCancelled(5, 0)))));

        static byte[] Shorter(byte[] bytes, int count = 1)
        {
            bytes = bytes[..^count];
            SetLength(bytes);
            return bytes;
        }
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0x10000, 2)]
    [InlineData(0b111, 4)]
    public void Hidden_states_that_are_not_as_many_for_each_place_are_refused(int present, int numbers)
    {
        PageContents contents = new(1, new DeviceLife(1, 1), new LayerRange(0, 2), 5, 1, []) { Kept = [new KeptRows(2, present, new float[numbers])] };
        Assert.Contains("Page 5 has", Assert.Throws<InferenceException>(() => ControlCodec.Read(Wired.Bytes(contents))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_nothing_takes_is_refused()
    {
        StepDone done = new(1, 1, new StepResult([], []), new StageTimes(1, TimeSpan.MaxValue, default));
        Assert.Contains("A stage's time is", Assert.Throws<InferenceException>(() => ControlCodec.Read(Wired.Bytes(done))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_later_version_adds_to_a_record_inside_is_left_alone()
    {
        PipelinePlan plan = new(5, 1, [new StageAssignment(new DeviceLife(1, 1), new LayerRange(0, 4))]);
        byte[] bytes = Wired.Bytes(new SavePlan(plan));
        const int Stage = 6 + 4 + 3;
        Assert.Equal(4, bytes[Stage]);
        byte[] longer = [.. bytes[..Stage], 6, .. bytes[(Stage + 1)..^1], 9, 9, .. bytes[^1..]]; // the plan's own next field follows
        longer[6] += 2;
        longer[2] += 2;
        Assert.Equal(Contents.Of(new SavePlan(plan)), Contents.Of(ControlCodec.Read(longer)));
    }

    [Theory]
    [InlineData(0, 2, "version 2; expected 1")]
    [InlineData(1, 255, "kind 255")]
    [InlineData(1, 241, "kind 241")]
    public void Another_form_is_refused_by_name(int place, byte value, string message)
    {
        byte[] bytes = Wired.Bytes(new Probe(1));
        bytes[place] = value;
        InferenceException refused = Assert.Throws<InferenceException>(() => ControlCodec.Read(bytes));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Asserts that bytes of another version are read as a message.</summary>
    private static void AssertReadAs(ControlMessage message, byte[] bytes)
    {
        SetLength(bytes);
        Assert.Equal(Contents.Of(message), Contents.Of(ControlCodec.Read(bytes)));
    }

    /// <summary>Writes the length of a message's record, after bytes were added or removed.</summary>
    private static void SetLength(byte[] bytes) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), bytes.Length - 6);

    private static IEnumerable<(string Name, byte[] Bytes)> Instances()
    {
        foreach (Type type in Wired.Kinds)
        {
            yield return (type.Name, Wired.Bytes(new RandomValue(new Random(3), whole: true).Message(type)));
        }

        RandomValue values = new(new Random(3), whole: true);
        yield return (nameof(SessionRecord), Wired.Bytes((SessionRecord)values.Of(typeof(SessionRecord))!));
        yield return (nameof(SessionState), Wired.Bytes((SessionState)values.Of(typeof(SessionState))!));
        yield return (nameof(TokenBlock), Wired.Bytes(new TokenBlock(1, 512, new ChoiceLog([5, 6], FinishReason.None) { Measures = [new TokenMeasure(-0.5f, []), TokenMeasure.None] })));
        yield return (nameof(RouterHandover), Wired.Bytes(Wired.Handover(new Random(3))));
        yield return (nameof(PipelinePlan), Wired.Bytes((PipelinePlan)values.Of(typeof(PipelinePlan))!));
        yield return (nameof(DeviceAllocation), Wired.Bytes(new DeviceAllocation(Epochs.After(3, 2), 2, [new DeviceSlot(new DeviceLife(4, 1), 0), new DeviceSlot(new DeviceLife(6, 2), 3)])));
    }
}
