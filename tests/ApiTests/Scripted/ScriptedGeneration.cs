using System.Runtime.CompilerServices;
using OrleansInference.Engine.Requests;

namespace OrleansInference.ApiTests.Scripted;

/// <summary>Gives the choices' scripted tokens, one of each in turn.</summary>
internal sealed class ScriptedGeneration(ScriptedService service, GenerationRequest request, ByteTokenizer tokenizer) : IGeneration
{
    private readonly bool[] _stopped = new bool[request.Choices];
    private readonly CancellationTokenSource _abandoned = new();

    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the answer's reader asks whether it is durable.</summary>
    public TaskCompletionSource Confirming { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int CachedPromptTokens => 1;

    public int TokensGiven { get; private set; }

    public async IAsyncEnumerable<TokenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _abandoned.Token);
        if (request.PromptLogProbs)
        {
            for (int i = 0; i < request.Prompt.Length; i++)
            {
                yield return Score(new TokenEvent(0, i - request.Prompt.Length, request.Prompt.Span[i], FinishReason.None), i == 0);
            }
        }

        int[][] answers = [.. Enumerable.Range(0, request.Choices).Select(choice => (int[])[.. tokenizer.Encode(service.Answer(request, choice), false), ByteTokenizer.EndOfSequence])];
        for (int index = 0; index < answers.Max(answer => answer.Length); index++)
        {
            for (int choice = 0; choice < answers.Length; choice++)
            {
                if (_stopped[choice] || index >= Math.Min(answers[choice].Length, request.MaxTokens))
                    continue;
                if (service.FailAt is { } fail && fail.Token == index)
                    throw fail.Error;
                if (index > 0 && service.Hold is { } hold)
                    await hold.Task.WaitAsync(ended.Token);
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                TokensGiven++;
                yield return Score(Next(answers[choice], choice, index), false);
            }
        }
    }

    public Task ConfirmAsync(CancellationToken cancellationToken)
    {
        Confirming.TrySetResult();
        return service.HoldConfirmation?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
    }

    public void Stop(int choice, int tokens) => _stopped[choice] = true;

    public ValueTask DisposeAsync()
    {
        _abandoned.Cancel();
        Disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private TokenEvent Next(int[] answer, int choice, int index)
    {
        int token = answer[index];
        bool stops = request.StopTokens.Contains(token) || (token == ByteTokenizer.EndOfSequence && !request.IgnoreEos);
        bool last = index + 1 == Math.Min(answer.Length, request.MaxTokens);
        return new TokenEvent(choice, index, token, stops ? Stopped(choice) : last ? FinishReason.Length : FinishReason.None);
    }

    private FinishReason Stopped(int choice)
    {
        _stopped[choice] = true;
        return FinishReason.Stop;
    }

    private TokenEvent Score(TokenEvent token, bool isFirst)
    {
        if (request.Sampling.LogProbs is not { } alternatives)
            return token with { LogProb = float.NaN };
        TokenLogProb[] top = [.. Enumerable.Range(0, alternatives).Select(i => new TokenLogProb(i == 0 ? token.Token : 'A' + i, -0.5f - i))];
        return token with { LogProb = isFirst ? float.NaN : -0.5f, Top = isFirst ? default : top };
    }
}
