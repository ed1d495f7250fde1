using Microsoft.Extensions.Logging;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Grains.Messaging;

/// <summary>
/// Actor of the address <see cref="Address.PlanStore"/>. It executes the routers' requests to read and save plans, one at a time for each pipeline, and repeats the current one until
/// the store answers. Routers resend a request while it waits; a resent request is ignored. If different requests arrive in the meantime, the newest one is executed next.
/// </summary>
/// <param name="store">Store of the plans, which makes one attempt per call.</param>
/// <param name="deliver">Receives the answers.</param>
/// <param name="logger">Receives a line when the store begins to fail, and one when it answers again.</param>
internal sealed partial class PlanStoreActor(IClusterStore store, Action<IReadOnlyList<OutboundMessage>> deliver, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Lane> _lanes = []; // by pipeline
    private int _failures; // consecutive failures over all pipelines

    /// <summary>Queues a request. Thread-safe.</summary>
    public void Post(ControlMessage request)
    {
        int pipeline = RouterNumbers.PipelineOf(RouterOf(request));
        lock (_lock)
        {
            if (!_lanes.TryGetValue(pipeline, out Lane? lane))
            {
                _lanes.Add(pipeline, lane = new Lane());
            }

            if (lane.Offer(request))
            {
                Task.Run(() => RunAsync(lane, request)).Ignore();
            }
        }
    }

    private async Task RunAsync(Lane lane, ControlMessage first)
    {
        Backoff backoff = default;
        for (ControlMessage? request = first; request is not null;)
        {
            ControlMessage? answer = await TryAskAsync(request);
            if (answer is not null)
            {
                deliver([new OutboundMessage(Address.Activation(RouterOf(request)), answer)]);
                backoff.Reset();
            }
            else
            {
                await Task.Delay(backoff.Next());
            }

            lock (_lock)
            {
                request = lane.Next(answered: answer is not null);
            }
        }
    }

    /// <returns>The answer; null if the store has failed with any exception. The request is then repeated, because a router waits for its answer.</returns>
    private async Task<ControlMessage?> TryAskAsync(ControlMessage request)
    {
        try
        {
            (_, ControlMessage answer) = await store.AnswerAsync(request);
            if (Interlocked.Exchange(ref _failures, 0) is > 0 and int failures)
            {
                Answers(failures);
            }

            return answer;
        }
        catch (Exception error)
        {
            if (Interlocked.Increment(ref _failures) == 1)
            {
                Fails(error.Message.ReplaceLineEndings(" "));
            }

            return null;
        }
    }

    private static int RouterOf(ControlMessage request) => request switch
    {
        ReadPlan read => read.Router,
        SavePlan save => save.Plan.Router,
        _ => throw new ArgumentException($"The plan store does not support {request.GetType().Name}.", nameof(request)),
    };

    [LoggerMessage(LogLevel.Warning, "The plan store does not answer. The node retries until it does; plans do not change until then. {Reason}")]
    private partial void Fails(string reason);

    [LoggerMessage(LogLevel.Warning, "The plan store answers again after {Failures} failed attempts.")]
    private partial void Answers(int failures);

    /// <summary>Requests of a pipeline, under the actor's lock.</summary>
    private sealed class Lane
    {
        private ControlMessage? _current;
        private ControlMessage? _next;

        /// <returns>Whether no request is being executed, so that the caller has to start this one.</returns>
        public bool Offer(ControlMessage request)
        {
            if (_current is null)
            {
                _current = request;
                return true;
            }

            ControlMessage last = _next ?? _current;
            if (!IsSame(last, request) && RouterOf(request) >= RouterOf(last))
            {
                _next = request;
            }

            return false;
        }

        /// <summary>Returns the next request. A failed request is dropped if there is a newer one, because no router waits for it.</summary>
        /// <returns>The request; null if there is none.</returns>
        public ControlMessage? Next(bool answered)
        {
            (_current, _next) = (_next ?? (answered ? null : _current), null);
            return _current;
        }

        private static bool IsSame(ControlMessage request, ControlMessage other) => (request, other) switch
        {
            (ReadPlan, ReadPlan) => RouterOf(request) == RouterOf(other),
            (SavePlan save, SavePlan again) => (save.Plan.Router, save.Plan.Epoch) == (again.Plan.Router, again.Plan.Epoch),
            _ => false,
        };
    }
}
