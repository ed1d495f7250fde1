using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Durable form of the parts of a session that are written repeatedly.</summary>
internal static class SessionPartsWire
{
    private const int EndBytes = 2;

    public static void Write(WireWriter writer, SessionState state)
    {
        writer.Count(state.Ends.Length);
        foreach (LogEnd end in state.Ends)
        {
            writer.Int(end.Count);
            writer.Byte((byte)end.Finish);
        }

        writer.Bool(state.Cancelled);
        writer.Bool(state.Abandoned);
        writer.Int(state.CachedPromptTokens);
        ResultWire.WriteOptional(writer, state.Error);
        writer.Int(state.Pipeline);
        writer.Array(state.Used);
    }

    public static SessionState ReadState(ref WireReader reader)
    {
        LogEnd[] ends = new LogEnd[reader.Count(EndBytes)];
        for (int i = 0; i < ends.Length; i++)
        {
            ends[i] = new LogEnd(reader.Natural(), reader.Enumeration<FinishReason>());
        }

        return new SessionState(ends, reader.Bool())
        {
            Abandoned = reader.Bool(),
            CachedPromptTokens = reader.Int(),
            Error = ResultWire.ReadOptional(ref reader),
            Pipeline = reader.AtEnd ? -1 : reader.Int(),
            Used = reader.AtEnd ? [] : reader.Array<int>(),
        };
    }

    public static void Write(WireWriter writer, TokenBlock block)
    {
        writer.Int(block.Log);
        writer.Int(block.First);
        writer.Array(block.Tokens.Tokens);
        RequestWire.Write(writer, block.Tokens.Measures);
    }

    public static TokenBlock ReadBlock(ref WireReader reader)
    {
        TokenBlock block = new(reader.Natural(), reader.Natural(), new ChoiceLog(reader.Array<int>(), FinishReason.None) { Measures = RequestWire.ReadMeasures(ref reader) });
        RequestWire.CheckMeasures(block.Tokens.Tokens, block.Tokens.Measures);
        return block;
    }
}
