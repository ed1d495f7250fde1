using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Grains.Messaging;

/// <summary>Approximate size of messages on the wire, computed without writing them.</summary>
internal static class MessageSize
{
    private const int FieldsBytes = 128; // fixed part of a message, and of each element of one

    public static int Of(IReadOnlyList<OutboundMessage> messages)
    {
        long bytes = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            bytes += FieldsBytes + Of(messages[i].Message);
        }

        return (int)Math.Min(bytes, int.MaxValue);
    }

    private static long Of(ControlMessage message) => message switch
    {
        StepForward step => ((long)step.Hidden.Length + step.Step.Batch.RowCount + step.Step.Batch.Pages.Length) * sizeof(float) + (step.Step.Outputs.Length * FieldsBytes),
        ReplayForward replay => ((long)replay.Hidden.Length + Of(replay.Sequence)) * sizeof(float),
        ReplayJournal replay => Of(replay.Sequence) * sizeof(int),
        JournalRequest ask => ask.Sequences.Sum(Of) * sizeof(int),
        PageContents page => page.Bytes,
        SubmitSequences submit => ((long)submit.Request.Prompt.Length * sizeof(int)) + submit.Committed.Sum(static log => (long)log.Tokens.Length * sizeof(int)),
        _ => 0,
    };

    private static long Of(ReplayedSequence sequence) => sequence.Tokens.Length + sequence.Pages.Length;
}
