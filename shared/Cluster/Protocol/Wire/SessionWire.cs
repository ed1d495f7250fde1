using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of sessions' messages to gateways and to the router, and durable form of sessions.</summary>
internal static class SessionWire
{
    public static void Write(WireWriter writer, AttachStream attach)
    {
        writer.Int(attach.Gateway);
        writer.Int(attach.Stream);
        writer.Int(attach.Session);
        RequestWire.Write(writer, attach.Request);
        writer.Array(attach.From);
    }

    public static AttachStream ReadAttach(ref WireReader reader)
    {
        AttachStream attach = new(reader.Int(), reader.Int(), reader.Int(), RequestWire.ReadRequest(ref reader), reader.Array<int>());
        CheckLogs(attach.Request, attach.From.Length);
        return attach;
    }

    public static void Write(WireWriter writer, StreamTokens tokens)
    {
        writer.Int(tokens.Stream);
        writer.Int(tokens.Choice);
        writer.Int(tokens.Index);
        writer.Array(tokens.Tokens);
        writer.Byte((byte)tokens.Finish);
        RequestWire.Write(writer, tokens.Measures);
        writer.Int(tokens.CachedPromptTokens);
        ResultWire.WriteOptional(writer, tokens.Error);
    }

    public static StreamTokens ReadTokens(ref WireReader reader)
    {
        StreamTokens tokens = new(reader.Int(), reader.Natural(), reader.Natural(), reader.Array<int>(), reader.Enumeration<FinishReason>())
        {
            Measures = RequestWire.ReadMeasures(ref reader),
            CachedPromptTokens = reader.Natural(),
            Error = ResultWire.ReadOptional(ref reader),
        };
        RequestWire.CheckMeasures(tokens.Tokens, tokens.Measures);
        return tokens;
    }

    public static void Write(WireWriter writer, DetachStream detach)
    {
        writer.Int(detach.Session);
        writer.Int(detach.Gateway);
        writer.Int(detach.Stream);
        writer.Bool(detach.Cancel);
        writer.Array(detach.Used);
    }

    public static DetachStream ReadDetach(ref WireReader reader)
    {
        DetachStream detach = new(reader.Int(), reader.Int(), reader.Int(), reader.Bool());
        return reader.AtEnd ? detach : detach with { Used = reader.Array<int>() };
    }

    public static void Write(WireWriter writer, SubmitSequences submit)
    {
        writer.Int(submit.Session);
        RequestWire.Write(writer, submit.Request);
        RequestWire.Write(writer, submit.Committed);
        writer.Bool(submit.First);
    }

    public static SubmitSequences ReadSubmit(ref WireReader reader)
    {
        SubmitSequences submit = new(reader.Int(), RequestWire.ReadRequest(ref reader), RequestWire.ReadChoices(ref reader)) { First = reader.Bool() };
        CheckLogs(submit.Request, submit.Committed.Length);
        return submit;
    }

    public static void Write(WireWriter writer, CommitTokens commit)
    {
        writer.Int(commit.Session);
        writer.Int(commit.Choice);
        writer.Int(commit.Index);
        writer.Array(commit.Tokens);
        writer.Byte((byte)commit.Finish);
        RequestWire.Write(writer, commit.Measures);
        writer.Int(commit.CachedPromptTokens);
        ResultWire.WriteOptional(writer, commit.Error);
        writer.Int(commit.Router);
    }

    public static CommitTokens ReadCommit(ref WireReader reader)
    {
        CommitTokens commit = new(reader.Int(), reader.Natural(), reader.Natural(), reader.Array<int>(), reader.Enumeration<FinishReason>())
        {
            Measures = RequestWire.ReadMeasures(ref reader),
            CachedPromptTokens = reader.Natural(),
            Error = ResultWire.ReadOptional(ref reader),
            Router = reader.AtEnd ? 0 : reader.Natural(),
        };
        RequestWire.CheckMeasures(commit.Tokens, commit.Measures);
        return commit;
    }

    public static void Write(WireWriter writer, TokensCommitted committed)
    {
        writer.Int(committed.Session);
        writer.Int(committed.Choice);
        writer.Int(committed.Count);
        writer.Byte((byte)committed.Finish);
    }

    public static TokensCommitted ReadCommitted(ref WireReader reader) =>
        new(reader.Int(), reader.Natural(), reader.Natural(), reader.Enumeration<FinishReason>());

    public static void Write(WireWriter writer, StopChoice stop)
    {
        writer.Int(stop.Session);
        writer.Int(stop.Choice);
        writer.Int(stop.Count);
    }

    public static StopChoice ReadStop(ref WireReader reader) => new(reader.Int(), reader.Natural(), reader.Natural());

    public static void Write(WireWriter writer, SessionRecord record)
    {
        RequestWire.Write(writer, record.Request);
        RequestWire.Write(writer, record.Choices);
        writer.Bool(record.Cancelled);
        writer.Bool(record.Abandoned);
        writer.Int(record.CachedPromptTokens);
        ResultWire.WriteOptional(writer, record.Error);
        writer.Array(record.From);
        writer.Bool(record.Begins);
        writer.Int(record.Pipeline);
        writer.Array(record.Used);
    }

    public static SessionRecord ReadRecord(ref WireReader reader)
    {
        SessionRecord record = new(RequestWire.ReadRequest(ref reader), RequestWire.ReadChoices(ref reader), reader.Bool())
        {
            Abandoned = reader.Bool(),
            CachedPromptTokens = reader.Int(),
            Error = ResultWire.ReadOptional(ref reader),
        };
        CheckLogs(record.Request, record.Choices.Length);
        if (reader.AtEnd)
        {
            return record;
        }

        int[] from = reader.Array<int>();
        if (Array.Exists(from, static first => first < 0) || (from.Length != 0 && from.Length != record.Choices.Length))
        {
            WireReader.Refuse($"{record.Choices.Length} token logs start at {string.Join(", ", from)}; expected a start for each, or none.");
        }

        return record with { From = from, Begins = reader.Bool(), Pipeline = reader.AtEnd ? -1 : reader.Int(), Used = reader.AtEnd ? [] : reader.Array<int>() };
    }

    private static void CheckLogs(GenerationRequest request, int logs)
    {
        if (logs != TokenLog.CountOf(request))
        {
            WireReader.Refuse($"Request '{request.RequestId}' comes with {logs} token logs; expected {TokenLog.CountOf(request)}.");
        }
    }
}
