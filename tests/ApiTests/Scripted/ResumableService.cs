using System.Collections.Concurrent;
using System.Globalization;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.ApiTests.Scripted;

/// <summary>A scripted service whose generations outlive their connections. What is resumed comes choice after choice, not in turns as the first time.</summary>
internal sealed class ResumableService(ScriptedService scripted, int last = 40) : IResumableInference
{
    private readonly ConcurrentDictionary<string, GenerationRequest> _requests = new();
    private int _last = last;

    public ServedModel Model => scripted.Model;

    public ServiceStatus Status => scripted.Status;

    public ScriptedService Scripted => scripted;

    public ConcurrentQueue<ResumableGeneration> Generations { get; } = [];

    public ConcurrentQueue<string> Reserved { get; } = [];

    public async ValueTask<IGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken) => await StartAsync(Next(), request, cancellationToken);

    public async ValueTask<IResumableGeneration> ResumeAsync(string session, GenerationRequest request, CancellationToken cancellationToken)
    {
        if (!_requests.TryGetValue(session, out GenerationRequest? known) || known.RequestId != request.RequestId || known.Tenant != request.Tenant
            || !known.Prompt.Span.SequenceEqual(request.Prompt.Span))
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"Session {session} does not belong to this request.", "Last-Event-ID");
        }

        return Keep(new ResumableGeneration(session, await scripted.StartAsync(known, cancellationToken), inTurns: false));
    }

    public ValueTask<string?> ReserveAsync(CancellationToken cancellationToken)
    {
        Reserved.Enqueue(Next());
        return new(Reserved.Last());
    }

    public async ValueTask<IResumableGeneration> StartAsync(string session, GenerationRequest request, CancellationToken cancellationToken)
    {
        _requests[session] = request;
        return Keep(new ResumableGeneration(session, await scripted.StartAsync(request, cancellationToken), inTurns: true));
    }

    public ValueTask DisposeAsync() => scripted.DisposeAsync();

    private string Next() => Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);

    private ResumableGeneration Keep(ResumableGeneration generation)
    {
        Generations.Enqueue(generation);
        return generation;
    }
}
