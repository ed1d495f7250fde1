using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Gateway;

/// <summary>
/// One stream at a gateway, as a machine over messages: attaches to the session at the index after what the client has, and skips what the client has already. Keeps
/// nothing durable: a client that loses its gateway comes to another one with the number of tokens it has.
/// </summary>
public sealed partial class GatewayStream
{
    private const int FirstRepeats = 8; // times as soon as the later ones

    private readonly int _gateway;
    private readonly int _stream;
    private readonly int _session;
    private readonly GenerationRequest _request;
    private readonly Choice[] _choices;
    private readonly int _prompt; // index of the measured prompt's log, or −1
    private readonly IControlPort _port;
    private readonly IClientStream _client;
    private readonly TimeSpan _repeatAfter;
    private TimeSpan _patience; // until the session is asked again
    private TimeSpan _asked;
    private bool _cancel;
    private bool _done;

    /// <param name="gateway">Where this is.</param>
    /// <param name="stream">Which of its streams.</param>
    /// <param name="session">The session.</param>
    /// <param name="request">What the client wants.</param>
    /// <param name="have">For each choice, tokens that the client has already; one more may say how much of a measured prompt it has.</param>
    /// <param name="ended">Whether the client has the end, for each choice.</param>
    /// <param name="port">The way to the session.</param>
    /// <param name="client">The way to the client.</param>
    /// <param name="repeatAfter">How often the session is asked; at first more often: it may be where a silo is not any more.</param>
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
            // It came before every token.
            _choices[_prompt].Received = request.Prompt.Length;
            _choices[_prompt].Ended = true;
        }

        _port = port;
        _client = client;
        _repeatAfter = repeatAfter;
        _patience = repeatAfter / FirstRepeats;
    }

    private bool AllEnded => Array.TrueForAll(_choices, static choice => choice.Ended);

    public void Start(TimeSpan now) => Ask(now);

    /// <summary>The client went away.</summary>
    public void Cancel(TimeSpan now)
    {
        _cancel = true;
        Ask(now);
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
        if (!_done && now - _asked >= _patience)
        {
            _patience = _patience * 2 < _repeatAfter ? _patience * 2 : _repeatAfter;
            Ask(now);
        }
    }

    /// <summary>A stop string was found in a choice's text: nothing more of it is delivered.</summary>
    public void Stop(int choice, TimeSpan now)
    {
        if (_choices[choice] is { Ended: false, Stopping: false } stopped)
        {
            stopped.Stopping = true;
            Ask(now);
        }
    }

    private void Ask(TimeSpan now)
    {
        _asked = now;
        Address session = Address.Session(_session);
        bool ended = AllEnded;
        if (!ended)
        {
            // Also where it is about to be cancelled: only who is attached may do that.
            _port.Send(session, new AttachStream(_gateway, _stream, _session, _request, [.. _choices.Select(static choice => choice.Received)]));
        }

        if (_cancel || ended)
        {
            _port.Send(session, new DetachStream(_session, _gateway, _stream, !ended));
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

    /// <summary>One choice, or the measured prompt: what the client has of it.</summary>
    private sealed class Choice
    {
        /// <summary>Tokens that the client has.</summary>
        public int Received { get; set; }

        public bool Ended { get; set; }

        /// <summary>Whether the client wants no further tokens of the choice.</summary>
        public bool Stopping { get; set; }
    }
}
