using System.IO.Pipelines;
using OrleansInference.Grains.Access;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>Both ends of a connection prove that they know the cluster's key, and nothing else opens it.</summary>
public sealed class ClusterHandshakeTests
{
    private static readonly ClusterKey Key = new("cluster", "one secret of the cluster"u8);
    private static readonly ClusterKey Other = new("cluster", "another secret of a cluster"u8);

    private readonly Pipe _toCalled = new();
    private readonly Pipe _toCaller = new();

    private IDuplexPipe Caller => new Ends(_toCaller.Reader, _toCalled.Writer);

    private IDuplexPipe Called => new Ends(_toCalled.Reader, _toCaller.Writer);

    [Fact]
    public async Task Two_that_know_the_key_let_each_other_in_and_leave_what_follows()
    {
        Task<HandshakeResult> answer = ClusterHandshake.AnswerAsync(Called, Key, ClusterPort.Silo, default);
        Assert.Equal(HandshakeResult.Proved, await ClusterHandshake.CallAsync(Caller, Key, ClusterPort.Silo, default));
        Assert.Equal(HandshakeResult.Proved, await answer);

        await _toCalled.Writer.WriteAsync("Orleans"u8.ToArray());
        Assert.Equal("Orleans"u8.ToArray(), (await _toCalled.Reader.ReadAsync()).Buffer.FirstSpan.ToArray());
    }

    [Theory]
    [InlineData(true, false, false)] // another secret
    [InlineData(false, true, false)] // another cluster with the same secret
    [InlineData(false, false, true)] // a proof for the other door
    public async Task Whoever_proves_something_else_is_refused(bool secret, bool cluster, bool door)
    {
        ClusterKey key = secret ? Other : cluster ? new ClusterKey("other", "one secret of the cluster"u8) : Key;
        Task<HandshakeResult> call = ClusterHandshake.CallAsync(Caller, key, door ? ClusterPort.Gateway : ClusterPort.Silo, default);
        Assert.Equal(HandshakeResult.Refused, await ClusterHandshake.AnswerAsync(Called, Key, ClusterPort.Silo, default));
        await _toCaller.Writer.CompleteAsync();
        Assert.Equal(HandshakeResult.Refused, await call);
    }

    [Fact]
    public async Task A_node_that_does_not_know_the_key_is_not_called()
    {
        Task<HandshakeResult> call = ClusterHandshake.CallAsync(Caller, Key, ClusterPort.Silo, default);
        await _toCalled.Reader.ReadAtLeastAsync(ClusterHandshake.HelloBytes);
        await _toCaller.Writer.WriteAsync(new byte[ClusterHandshake.NonceBytes + ClusterHandshake.ProofBytes]);
        Assert.Equal(HandshakeResult.Refused, await call);
    }

    [Fact]
    public async Task A_proof_that_is_sent_back_is_refused()
    {
        Task<HandshakeResult> call = ClusterHandshake.CallAsync(Caller, Key, ClusterPort.Silo, default);
        byte[] hello = await TakeAsync(ClusterHandshake.HelloBytes);
        await _toCaller.Writer.WriteAsync(hello.AsMemory(sizeof(int))); // its own nonce
        byte[] proof = await TakeAsync(ClusterHandshake.ProofBytes);
        await _toCaller.Writer.WriteAsync(proof);
        Assert.Equal(HandshakeResult.Refused, await call);
    }

    [Fact]
    public async Task What_was_recorded_is_worth_nothing_later()
    {
        Task<HandshakeResult> answer = ClusterHandshake.AnswerAsync(Called, Key, ClusterPort.Silo, default);
        Pipe recorded = new();
        Task<HandshakeResult> call = ClusterHandshake.CallAsync(new Ends(_toCaller.Reader, recorded.Writer), Key, ClusterPort.Silo, default);
        byte[] hello = await TakeAsync(ClusterHandshake.HelloBytes, recorded.Reader);
        await _toCalled.Writer.WriteAsync(hello);
        byte[] proof = await TakeAsync(ClusterHandshake.ProofBytes, recorded.Reader);
        await _toCalled.Writer.WriteAsync(proof);
        Assert.Equal((HandshakeResult.Proved, HandshakeResult.Proved), (await answer, await call));

        await _toCalled.Writer.WriteAsync((byte[])[.. hello, .. proof]);
        Assert.Equal(HandshakeResult.Refused, await ClusterHandshake.AnswerAsync(Called, Key, ClusterPort.Silo, default));
    }

    [Fact]
    public async Task Garbage_is_refused_without_an_answer()
    {
        await _toCalled.Writer.WriteAsync(new byte[4096]);
        Assert.Equal(HandshakeResult.Refused, await ClusterHandshake.AnswerAsync(Called, Key, ClusterPort.Silo, default));
        Assert.False(_toCaller.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task A_connection_that_ends_in_its_hello_ends_the_handshake(int bytes)
    {
        await _toCalled.Writer.WriteAsync(ClusterHandshake.Hello().AsMemory(0, bytes));
        await _toCalled.Writer.CompleteAsync();
        Assert.Equal(HandshakeResult.Ended, await ClusterHandshake.AnswerAsync(Called, Key, ClusterPort.Silo, default));
    }

    [Fact]
    public async Task Silence_ends_with_the_time()
    {
        using CancellationTokenSource limit = new();
        Task<HandshakeResult> answer = ClusterHandshake.AnswerAsync(Called, Key, ClusterPort.Silo, limit.Token);
        await limit.CancelAsync();
        Assert.Equal(HandshakeResult.Ended, await answer);
    }

    private Task<byte[]> TakeAsync(int count) => TakeAsync(count, _toCalled.Reader);

    private static async Task<byte[]> TakeAsync(int count, PipeReader reader)
    {
        ReadResult result = await reader.ReadAtLeastAsync(count);
        byte[] bytes = [.. result.Buffer.FirstSpan[..count]];
        reader.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
