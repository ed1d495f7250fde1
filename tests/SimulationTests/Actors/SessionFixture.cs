using OrleansInference.Cluster.Gateway;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Store that writes when a test requests it.</summary>
internal sealed class ManualStore
{
    public SessionRecord? Record { get; private set; }

    public long Version { get; private set; }

    public void Write(int session, long version, SessionRecord record) => (Version, Record) = (version, record);
}

/// <summary>Keeps what a client gets.</summary>
internal sealed class CollectingClient : IClientStream
{
    public List<TokenEvent> Events { get; } = [];

    public IEnumerable<(int Index, int Token)> Tokens => Events.Select(static token => (token.Index, token.Token));

    public InferenceException? Error { get; private set; }

    public bool IsEnded { get; private set; }

    public int CachedPromptTokens { get; set; }

    public void Token(in TokenEvent token) => Events.Add(token);

    public void Fail(InferenceException error) => Error = error;

    public void End() => IsEnded = true;
}
