using System.Buffers;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Cluster.Wire;

/// <summary>What the tests of the wire have in common.</summary>
internal static class Wired
{
    /// <summary>Every message that there is.</summary>
    public static IEnumerable<Type> Kinds => typeof(ControlMessage).Assembly.GetTypes()
        .Where(static type => type.IsSubclassOf(typeof(ControlMessage)) && !type.IsAbstract)
        .OrderBy(static type => type.Name, StringComparer.Ordinal);

    public static byte[] Bytes(ControlMessage message)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.Write(output, message);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(SessionRecord record)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WriteRecord(output, record);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(SessionState state)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WriteState(output, state);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(TokenBlock block)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WriteBlock(output, block);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(DeviceAllocation allocation)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WriteAllocation(output, allocation);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(RouterHandover handover)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WriteHandover(output, handover);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>What a router leaves: pages of two chains, one of which forks.</summary>
    public static RouterHandover Handover(Random random)
    {
        PageRoot[] roots = [PageRoot.Create("m", "", [1]), PageRoot.Create("m", "", [2])];
        int[] before = [-1, 0, 1, -1, 1, 3]; // indices
        PublishedPage[] pages = new PublishedPage[before.Length];
        for (int i = 0; i < pages.Length; i++)
        {
            int[] tokens = [.. Enumerable.Range(0, KvLayout.PageTokens).Select(_ => random.Next())];
            pages[i] = before[i] < 0
                ? new PublishedPage((i * 5) % 7, -1, roots[i % 2], tokens)
                : new PublishedPage((i * 5) % 7, pages[before[i]].Page, pages[before[i]].Root, tokens);
        }

        PipelinePlan plan = new(random.NextInt64(1L << 40), random.Next(100), [new StageAssignment(new DeviceLife(random.Next(9), 1), new LayerRange(0, 4))]) { Boundaries = [3, 1] };
        return new RouterHandover(plan, random.Next(), pages)
        {
            Heads = [pages[2].Page, pages[5].Page],
            Secret = [.. Enumerable.Range(0, 32).Select(_ => (byte)random.Next(256))],
        };
    }

    public static byte[] Bytes(PipelinePlan plan)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WritePlan(output, plan);
        return output.WrittenSpan.ToArray();
    }
}
