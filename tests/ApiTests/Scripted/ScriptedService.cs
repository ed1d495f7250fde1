using System.Collections.Concurrent;
using OrleansInference.Engine.Requests;
using OrleansInference.Text;

namespace OrleansInference.ApiTests.Scripted;

/// <summary>A deterministic service: <see cref="Answer"/> says what text a request gets, token by token.</summary>
internal sealed class ScriptedService : IInferenceService
{
    private static readonly ByteTokenizer Tokenizer = new();

    public static ModelText Text { get; } = new(Tokenizer, new RoleTemplate());

    public ServedModel Model { get; init; } = new()
    {
        Id = "scripted",
        Created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        ContextLength = 512,
        VocabularySize = 264,
        EndOfSequence = [ByteTokenizer.EndOfSequence],
        DefaultSampling = new SamplingParameters { Temperature = 0.6f, TopP = 0.95f },
        Fingerprint = "fp_scripted",
    };

    public ServiceStatus Status { get; set; } = new(true, null, new EngineFigures
    {
        Running = 2,
        Waiting = 1,
        PagesInUse = 3,
        PagesTotal = 64,
        GeneratedTokens = 17,
        PromptTokens = 19,
        CachedPromptTokens = 21,
        QueriedPromptTokens = 40,
        Preemptions = 5,
        StepTime = TimeSpan.FromSeconds(2.5),
        RouterTime = TimeSpan.FromMilliseconds(20),
    });

    /// <summary>The text of a choice of a request.</summary>
    public Func<GenerationRequest, int, string> Answer { get; set; } = (request, choice) => Say(request, choice);

    /// <summary>Thrown by <see cref="StartAsync"/>.</summary>
    public Exception? FailToStart { get; set; }

    /// <summary>Thrown before the token of this number.</summary>
    public (int Token, Exception Error)? FailAt { get; set; }

    /// <summary>When set, tokens after the first wait until it completes or the request is abandoned.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>When set, what is counted of a request is durable only when it completes.</summary>
    public TaskCompletionSource? HoldConfirmation { get; set; }

    /// <summary>Completes with the first request.</summary>
    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<GenerationRequest> Requests { get; } = [];

    public ConcurrentQueue<ScriptedGeneration> Generations { get; } = [];

    public GenerationRequest LastRequest => Requests.Last();

    public ValueTask<IGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        if (FailToStart is { } error)
            throw error;
        ScriptedGeneration generation = new(this, request, Tokenizer);
        Generations.Enqueue(generation);
        Asked.TrySetResult();
        return ValueTask.FromResult<IGeneration>(generation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>By default the prompt's last word, reasoned about.</summary>
    private static string Say(GenerationRequest request, int choice)
    {
        string prompt = Tokenizer.Decode(request.Prompt.Span, skipSpecialTokens: true);
        string word = prompt.Replace("[assistant]", string.Empty, StringComparison.Ordinal).Replace("<think>\n", string.Empty, StringComparison.Ordinal).Split(' ', ']')[^1];
        return $"<think>\nHmm {word}.\n</think>\n\nI heard {word}{(choice > 0 ? $" {choice}" : string.Empty)}.";
    }
}
