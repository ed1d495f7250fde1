using System.Runtime.CompilerServices;
using OrleansInference.Engine.Requests;

namespace OrleansInference.ApiTests.Scripted;

/// <summary>A scripted generation that its client may leave.</summary>
internal sealed class ResumableGeneration(string session, IGeneration inner, bool inTurns) : IResumableGeneration
{
    public string Session => session;

    public int CachedPromptTokens => inner.CachedPromptTokens;

    public bool IsLeft { get; private set; }

    /// <summary>Whether it was left when its connection ended.</summary>
    public TaskCompletionSource<bool> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async IAsyncEnumerable<TokenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<TokenEvent> later = [];
        await foreach (TokenEvent token in inner.ReadAsync(cancellationToken))
        {
            if (inTurns || token.Index < 0)
                yield return token;
            else
                later.Add(token);
        }

        foreach (TokenEvent token in later.OrderByDescending(static token => token.Choice))
        {
            yield return token;
        }
    }

    public Task ConfirmAsync(CancellationToken cancellationToken) => inner.ConfirmAsync(cancellationToken);

    public void Stop(int choice, int tokens)
    {
        if (inTurns)
            inner.Stop(choice, tokens);
    }

    public ValueTask LeaveAsync()
    {
        IsLeft = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Ended.TrySetResult(IsLeft);
        return inner.DisposeAsync();
    }
}
