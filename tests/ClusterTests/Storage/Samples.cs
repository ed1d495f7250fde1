using System.Buffers;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Engine.Requests;

namespace OrleansInference.ClusterTests.Storage;

/// <summary>What the tests store, and how they wait.</summary>
internal static class Samples
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>A session of one choice.</summary>
    /// <param name="tokens">Length of its log, which begins as any other of the same session.</param>
    /// <param name="finish">Of its choice.</param>
    /// <param name="cancelled">Whether the client went away.</param>
    /// <param name="from">Where the log begins in this version.</param>
    /// <param name="begins">Whether nothing is stored yet; by default where the log begins at its beginning.</param>
    public static SessionRecord Session(int tokens, FinishReason finish = FinishReason.None, bool cancelled = false, int from = 0, bool? begins = null) => new(
        new GenerationRequest { RequestId = "request", Prompt = new[] { 1, 2, 3 }, MaxTokens = 1000 },
        [new ChoiceLog([.. Enumerable.Range(100 + from, tokens - from)], finish)],
        cancelled)
    { From = from == 0 ? [] : [from], Begins = begins ?? from == 0 };

    public static PipelinePlan Plan(int router, long epoch) => new(epoch, router, [new StageAssignment(new DeviceLife(router, 1), new LayerRange(0, 24))]);

    public static byte[] Bytes(SessionRecord record)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WriteRecord(output, record);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a session.</summary>
    /// <returns>Completed when it is durable.</returns>
    public static Task WriteAsync(this ISessionStore store, int session, SessionRecord record)
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Write(session, record, written.SetResult);
        return WithinAsync(written.Task, $"session {session} to be written");
    }

    public static async Task WithinAsync(Task task, string awaited)
    {
        try
        {
            await task.WaitAsync(Timeout);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited {Timeout.TotalSeconds:0} s for {awaited}.");
        }
    }
}
