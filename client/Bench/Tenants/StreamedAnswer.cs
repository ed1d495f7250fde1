using System.Net.ServerSentEvents;
using System.Text;

namespace OrleansInference.Bench.Tenants;

/// <summary>What an event means for its stream.</summary>
internal enum StreamStep
{
    /// <summary>Further events follow.</summary>
    GoesOn,

    /// <summary>The node cannot continue the stream; another one can.</summary>
    Breaks,

    /// <summary>The answer is complete.</summary>
    Ends,
}

/// <summary>Answer of which a client reads the events, over one connection or several.</summary>
internal abstract class StreamedAnswer
{
    private readonly StringBuilder _reasoning = new();
    private readonly StringBuilder _text = new();

    /// <summary>Whether the client can continue the stream at another node.</summary>
    public abstract bool IsKnown { get; }

    public string Text => _text.ToString();

    public string Reasoning => _reasoning.ToString();

    protected string Finish { get; set; } = string.Empty;

    protected long PromptTokens { get; set; }

    protected long CompletionTokens { get; set; }

    /// <summary>Contradiction in the events; null if there is none.</summary>
    protected string? Fault { get; set; }

    /// <summary>Creates the first request of the stream, or one that continues it.</summary>
    /// <param name="url">Address of the node.</param>
    /// <param name="random">Chooses one of several ways to continue.</param>
    public abstract HttpRequestMessage Request(string url, Random random);

    /// <summary>Takes an event.</summary>
    /// <exception cref="InferenceException">The answer has failed.</exception>
    public abstract StreamStep Take(in SseItem<string> item);

    /// <summary>Returns the complete answer.</summary>
    public TurnTranscript Complete() => new(Reasoning, Text, Finish, PromptTokens, CompletionTokens, Fault);

    protected void Add(string? reasoning, string? text)
    {
        _reasoning.Append(reasoning);
        _text.Append(text);
    }

    protected static HttpRequestMessage Post(string address, JsonObject body) =>
        new(HttpMethod.Post, address) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
}

/// <summary>Answer of a turn.</summary>
/// <param name="Reasoning">Text of the reasoning.</param>
/// <param name="Text">Text of the answer.</param>
/// <param name="Finish">Why it ended.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Generated tokens.</param>
/// <param name="Fault">Contradiction in the events; null if there is none.</param>
internal sealed record TurnTranscript(string Reasoning, string Text, string Finish, long PromptTokens, long CompletionTokens, string? Fault);
