namespace OrleansInference.Api.Generation;

/// <summary>Serializes the updates of a request's prompts to one sink.</summary>
internal sealed class SerialSink(IChoiceSink inner) : IChoiceSink, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public async ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.WriteAsync(update, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
