namespace OrleansInference.Serving.Control;

/// <summary>What sessions say to gateways and to the router, and what of them is durable.</summary>
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
        if (attach.From.Length != attach.Request.Choices)
        {
            WireReader.Refuse($"A stream of session {attach.Session} goes on after {attach.From.Length} choices; expected the request's {attach.Request.Choices}.");
        }

        return attach;
    }

    public static void Write(WireWriter writer, StreamTokens tokens)
    {
        writer.Int(tokens.Stream);
        writer.Int(tokens.Choice);
        writer.Int(tokens.Index);
        writer.Array(tokens.Tokens);
        writer.Byte((byte)tokens.Finish);
    }

    public static StreamTokens ReadTokens(ref WireReader reader) =>
        new(reader.Int(), reader.Natural(), reader.Natural(), reader.Array<int>(), reader.Enumeration<FinishReason>());

    public static void Write(WireWriter writer, DetachStream detach)
    {
        writer.Int(detach.Session);
        writer.Int(detach.Gateway);
        writer.Int(detach.Stream);
        writer.Bool(detach.Cancel);
    }

    public static DetachStream ReadDetach(ref WireReader reader) => new(reader.Int(), reader.Int(), reader.Int(), reader.Bool());

    public static void Write(WireWriter writer, SubmitSequences submit)
    {
        writer.Int(submit.Session);
        RequestWire.Write(writer, submit.Request);
        RequestWire.Write(writer, submit.Committed);
    }

    public static SubmitSequences ReadSubmit(ref WireReader reader)
    {
        SubmitSequences submit = new(reader.Int(), RequestWire.ReadRequest(ref reader), RequestWire.ReadChoices(ref reader));
        CheckChoices(submit.Request, submit.Committed);
        return submit;
    }

    public static void Write(WireWriter writer, CommitTokens commit)
    {
        writer.Int(commit.Session);
        writer.Int(commit.Choice);
        writer.Int(commit.Index);
        writer.Array(commit.Tokens);
        writer.Byte((byte)commit.Finish);
    }

    public static CommitTokens ReadCommit(ref WireReader reader) =>
        new(reader.Int(), reader.Natural(), reader.Natural(), reader.Array<int>(), reader.Enumeration<FinishReason>());

    public static void Write(WireWriter writer, TokensCommitted committed)
    {
        writer.Int(committed.Session);
        writer.Int(committed.Choice);
        writer.Int(committed.Count);
    }

    public static TokensCommitted ReadCommitted(ref WireReader reader) => new(reader.Int(), reader.Natural(), reader.Natural());

    public static void Write(WireWriter writer, SessionRecord record)
    {
        RequestWire.Write(writer, record.Request);
        RequestWire.Write(writer, record.Choices);
        writer.Bool(record.Cancelled);
    }

    public static SessionRecord ReadRecord(ref WireReader reader)
    {
        SessionRecord record = new(RequestWire.ReadRequest(ref reader), RequestWire.ReadChoices(ref reader), reader.Bool());
        CheckChoices(record.Request, record.Choices);
        return record;
    }

    private static void CheckChoices(GenerationRequest request, ChoiceLog[] choices)
    {
        if (choices.Length != request.Choices)
        {
            WireReader.Refuse($"Request '{request.RequestId}' has {choices.Length} token logs; expected one for each of {request.Choices} choices.");
        }
    }
}
