using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Gateway;

/// <summary>
/// One stream at a gateway, as a state machine over messages. It attaches to the session at the index of the client's next token, and skips tokens that the client already has. It keeps
/// no durable state: a client that loses its gateway connects to another one and sends the number of tokens it has.
/// </summary>
public sealed partial class GatewayStream
{
    private const int FirstRetryDivisor = 8; // divisor of the first retry interval

    private readonly int _gateway;
    private readonly int _stream;
    private readonly int _session;
    private readonly GenerationRequest _request;
    private readonly Choice[] _choices;
    private readonly int _prompt; // index of the measured prompt's log, or −1
    private readonly IControlPort _port;
    private readonly IClientStream _client;
    private readonly TimeSpan _repeatAfter;
    private TimeSpan _retryInterval; // interval before the next retry
    private TimeSpan _requestedAt;
    private bool _cancel;
    private bool _done;

    /// <param name="gateway">Number of the gateway.</param>
    /// <param name="stream">Number of the stream at the gateway.</param>
    /// <param name="session">Number of the session.</param>
    /// <param name="request">The client's request.</param>
    /// <param name="have">For each choice, the number of tokens that the client already has. An additional last entry is the number of measured prompt tokens that it has.</param>
    /// <param name="ended">For each choice, whether the client has its end.</param>
    /// <param name="port">Sends messages to the session.</param>
    /// <param name="client">Receives the tokens for the client.</param>
    /// <param name="repeatAfter">Longest interval between retries. The first intervals are shorter, because the session's address may be that of a lost node.</param>
    public GatewayStream(
        int gateway, int stream, int session, GenerationRequest request, int[] have, bool[] ended, IControlPort port, IClientStream client, TimeSpan repeatAfter)
    {
        _gateway = gateway;
        _stream = stream;
        _session = session;
        _request = request;
        _prompt = TokenLog.PromptOf(request);
        _choices = [.. Enumerable.Range(0, TokenLog.CountOf(request)).Select(index => new Choice { Received = have.ElementAtOrDefault(index), Ended = ended.ElementAtOrDefault(index) })];
        if (_prompt >= 0 && have.Length == _prompt && Array.Exists(have, static count => count > 0))
        {
            // The prompt's log is delivered before every token.
            _choices[_prompt].Received = request.Prompt.Length;
            _choices[_prompt].Ended = true;
        }

        _port = port;
        _client = client;
        _repeatAfter = repeatAfter;
        _retryInterval = repeatAfter / FirstRetryDivisor;
    }

    private bool AllEnded => Array.TrueForAll(_choices, static choice => choice.Ended);

    public void Start(TimeSpan now) => SendRequests(now);

    /// <summary>Cancels the request after the client has disconnected.</summary>
    public void Cancel(TimeSpan now)
    {
        _cancel = true;
        SendRequests(now);
    }

    /// <summary>Ends the stream after the client has read all tokens.</summary>
    public void Close(TimeSpan now)
    {
        if (!_done && AllEnded)
        {
            SendRequests(now);
        }
    }

    /// <summary>Ends the stream with an error; later messages of the session are ignored.</summary>
    public void Fail(InferenceException error)
    {
        if (!_done)
        {
            _done = true;
            _client.Fail(error);
        }
    }

    public void Receive(ControlMessage message, TimeSpan now)
    {
        if (message is StreamTokens tokens)
        {
            Take(tokens, now);
        }
        else if (message is StreamDetached && !_done && (_cancel || AllEnded))
        {
            _done = true;
            _client.End();
        }
    }

    public void Tick(TimeSpan now)
    {
        if (!_done && now - _requestedAt >= _retryInterval)
        {
            _retryInterval = _retryInterval * 2 < _repeatAfter ? _retryInterval * 2 : _repeatAfter;
            SendRequests(now);
        }
    }

    /// <summary>Ends the delivery of a choice after a stop string was found in its text.</summary>
    public void Stop(int choice, TimeSpan now)
    {
        if (_choices[choice] is { Ended: false, Stopping: false } stopped)
        {
            stopped.Stopping = true;
            SendRequests(now);
        }
    }

    private void SendRequests(TimeSpan now)
    {
        _requestedAt = now;
        Address session = Address.Session(_session);
        bool ended = AllEnded;
        if (!ended)
        {
            // A cancellation is preceded by an attach too, because the session accepts it only from the attached stream.
            _port.Send(session, new AttachStream(_gateway, _stream, _session, _request, [.. _choices.Select(static choice => choice.Received)]));
        }

        if (ended && _client.Used is { } used)
        {
            _port.Send(session, new DetachStream(_session, _gateway, _stream, Cancel: false) { Used = [.. used] });
        }
        else if (_cancel && !ended)
        {
            _port.Send(session, new DetachStream(_session, _gateway, _stream, Cancel: true) { Used = [.. _client.Used ?? []] });
        }

        if (_cancel || ended)
        {
            return;
        }

        for (int choice = 0; choice < _request.Choices; choice++)
        {
            if (_choices[choice] is { Stopping: true, Ended: false } stopping)
            {
                _port.Send(session, new StopChoice(_session, choice, stopping.Received));
            }
        }
    }

    /// <summary>One choice, or the measured prompt: the number of delivered tokens, and its end.</summary>
    private sealed class Choice
    {
        /// <summary>Number of tokens that the client has.</summary>
        public int Received { get; set; }

        public bool Ended { get; set; }

        /// <summary>Whether a stop string has ended the delivery of the choice.</summary>
        public bool Stopping { get; set; }
    }
}
