using OrleansInference.Bench.Tenants;

namespace OrleansInference.CliTests.Tenants;

public sealed class KillGateTests
{
    [Fact]
    public async Task A_kill_waits_for_requests_inside_and_new_requests_wait_for_the_kill()
    {
        KillGate gate = new();
        KillGate.Pass first = await gate.EnterAsync(CancellationToken.None), second = await gate.EnterAsync(CancellationToken.None);
        Task closed = gate.CloseAsync(CancellationToken.None);
        Task<KillGate.Pass> later = gate.EnterAsync(CancellationToken.None);
        first.Dispose();
        first.Dispose(); // leaves once
        Assert.False(closed.IsCompleted);
        second.Dispose();
        await closed;
        Assert.False(later.IsCompleted);
        gate.Open();
        (await later).Dispose();
        await gate.CloseAsync(CancellationToken.None);
    }
}
