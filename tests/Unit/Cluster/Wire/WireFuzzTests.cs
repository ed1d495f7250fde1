using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Wire;

public sealed class WireFuzzTests
{
    private const int MostBytes = 1 << 20;

    [Fact]
    public void Corrupted_bytes_are_read_or_refused() => Seeded.Run(static random =>
    {
        foreach (Type type in Wired.Kinds)
        {
            for (int round = 0; round < 100; round++)
            {
                byte[] bytes = Wired.Bytes(new RandomValue(random, whole: false).Message(type));
                Try(Corrupt(bytes, random), static bytes => ControlCodec.Read(bytes));
            }
        }
    });

    [Fact]
    public void Corrupted_stores_are_read_or_refused() => Seeded.Run(static random =>
    {
        for (int round = 0; round < 500; round++)
        {
            RandomValue values = new(random, whole: false);
            Try(Corrupt(Wired.Bytes((SessionRecord)values.Of(typeof(SessionRecord))!), random), static bytes => ControlCodec.ReadRecord(bytes));
            Try(Corrupt(Wired.Bytes((SessionState)values.Of(typeof(SessionState))!), random), static bytes => ControlCodec.ReadState(bytes));
            Try(Corrupt(Wired.Bytes((TokenBlock)values.Of(typeof(TokenBlock))!), random), static bytes => ControlCodec.ReadBlock(bytes));
            Try(Corrupt(Wired.Bytes(Wired.Handover(random)), random), static bytes => ControlCodec.ReadHandover(bytes));
            Try(Corrupt(Wired.Bytes(new DeviceAllocation(random.Next(), 2, [new DeviceSlot(new DeviceLife(4, 1), 1)])), random), static bytes => ControlCodec.ReadAllocation(bytes));
            Try(Corrupt(Wired.Bytes((PipelinePlan)values.Of(typeof(PipelinePlan))!), random), static bytes => ControlCodec.ReadPlan(bytes));
        }
    });

    [Fact]
    public void No_beginning_of_a_message_is_a_message() => Seeded.Run(static random =>
    {
        foreach (Type type in Wired.Kinds)
        {
            byte[] bytes = Wired.Bytes(new RandomValue(random, whole: false).Message(type));
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<InferenceException>(() => ControlCodec.Read(bytes.AsSpan(0, length)));
            }
        }
    });

    [Fact]
    public void A_count_that_lies_costs_nothing()
    {
        // Kind, length, stream, choice, index, and then two thousand million tokens.
        byte[] bytes = [1, (byte)WireKind.StreamTokens, 8, 0, 0, 0, 2, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InferenceException>(() => ControlCodec.Read(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    private static void Try(byte[] bytes, Action<byte[]> read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
        }
        catch (InferenceException)
        {
            // As it should be.
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    private static byte[] Corrupt(byte[] bytes, Random random)
    {
        List<byte> corrupted = [.. bytes];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int place = random.Next(corrupted.Count);
            switch (random.Next(4))
            {
                case 0: corrupted[place] = (byte)random.Next(256); break;
                case 1: corrupted[place] ^= (byte)(1 << random.Next(8)); break;
                case 2: corrupted.Insert(place, (byte)random.Next(256)); break;
                default: corrupted.RemoveRange(place, Math.Min(corrupted.Count - place, random.Next(1, 5))); break;
            }

            if (corrupted.Count == 0)
            {
                break;
            }
        }

        return [.. corrupted];
    }
}
