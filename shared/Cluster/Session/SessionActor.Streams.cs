using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Session;

/// <summary>The session's side of the stream to a gateway. The stream that attached last is the only one.</summary>
public sealed partial class SessionActor
{
    private (int Gateway, int Stream)? _attached;

    private void Attach(AttachStream attach, TimeSpan now)
    {
        if (_request is null)
        {
            Open(attach.Request, null);
            _version++;
            Tick(now);
        }

        if (!Continues(attach.Request))
        {
            Refuse(attach);
            return;
        }

        _requestedAt = now;
        if (_demand == Demand.Abandoned)
        {
            SetDemand(Demand.Wanted, now);
            Tick(now);
        }

        _attached = (attach.Gateway, attach.Stream);
        for (int choice = 0; choice < attach.From.Length; choice++)
        {
            _choices[choice].Streamed = attach.From[choice];
        }

        if (_prompt >= 0)
        {
            Stream(_prompt, repeatsEnd: true);
        }

        for (int choice = 0; choice < Choices; choice++)
        {
            Stream(choice, repeatsEnd: true);
        }
    }

    /// <summary>Returns whether a request equals the session's. Without this check, a client could read another client's conversation by its number.</summary>
    private bool Continues(GenerationRequest request) =>
        ReferenceEquals(request, _request)
        || (request.RequestId == _request!.RequestId && request.Tenant == _request.Tenant && TokenLog.CountOf(request) == _choices.Length && request.PromptLogProbs == _request.PromptLogProbs
            && request.Prompt.Span.SequenceEqual(_request.Prompt.Span));

    private void Refuse(AttachStream attach)
    {
        InferenceException error = new(ErrorCode.InvalidRequest, $"Session {_number} belongs to another request; expected the same request again.", "Last-Event-ID");
        for (int choice = 0; choice < attach.From.Length; choice++)
        {
            StreamTokens end = new(attach.Stream, choice, attach.From[choice], [], FinishReason.Error) { Error = error };
            _port.Send(Address.Gateway(attach.Gateway), end);
        }
    }

    /// <summary>Detaches a stream. Only the attached stream may cancel: an earlier stream, or one of another client, may be outdated.</summary>
    private void Detach(DetachStream detach, TimeSpan now)
    {
        bool attached = _attached == (detach.Gateway, detach.Stream);
        if (detach.Cancel && _demand != Demand.Cancelled)
        {
            if (!attached)
            {
                return;
            }

            SetDemand(Demand.Cancelled, now);
        }

        if (detach.Used.Length == Choices && _used.Length == 0 && (attached || _attached is null))
        {
            _used = detach.Used;
            _version++;
        }

        _attached = attached ? null : _attached;
        if (_durable == _version || _request is null)
        {
            _port.Send(Address.Gateway(detach.Gateway), new StreamDetached(detach.Stream));
        }
        else
        {
            _detached = (detach.Gateway, detach.Stream);
        }

        Tick(now);
    }

    /// <summary>Sends the tokens of a choice that the attached gateway does not have.</summary>
    /// <param name="choice">The choice.</param>
    /// <param name="repeatsEnd">Whether its end is sent even if it was sent before.</param>
    /// <param name="last">The last commit. Usually the gateway has all tokens before it, and the arrays of the commit are forwarded without a copy.</param>
    private void Stream(int choice, bool repeatsEnd, CommitTokens? last = null)
    {
        TokenLog log = _choices[choice].Log;
        int from = _choices[choice].Streamed;
        bool more = from < log.Count || (repeatsEnd && log.Ended);
        if (_attached is { } attached && from <= log.Count && more)
        {
            bool usual = last?.Index == from && last.Index + last.Tokens.Length == log.Count;
            _port.Send(Address.Gateway(attached.Gateway), new StreamTokens(attached.Stream, choice, from, usual ? last!.Tokens : log.TokensFrom(from), log.Finish)
            {
                Measures = usual && last!.Measures.Length == last.Tokens.Length ? last.Measures : log.MeasuresFrom(from),
                CachedPromptTokens = Math.Max(0, _cachedPromptTokens),
                Error = log.Finish == FinishReason.Error ? _error : null,
            });
            _choices[choice].Streamed = log.Count;
        }
    }
}
