using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Gateway;

/// <summary>The client's end of a stream. It receives each token once, in order.</summary>
public interface IClientStream
{
    /// <summary>Prompt tokens that were found in the prefix cache; set before the first token.</summary>
    int CachedPromptTokens { set; }

    /// <summary>For each choice the number of tokens that the answer uses, or −1 for all; empty if it uses all. Null while the client still reads: then the stream does not end.</summary>
    IReadOnlyList<int>? Used => [];

    /// <summary>
    /// Receives the next token of a choice, or its end without a token. If the request asks for measures of the prompt, they arrive before the first token, for each choice.
    /// </summary>
    void Token(in TokenEvent token);

    /// <summary>Receives the error that ended the request. No token follows.</summary>
    void Fail(InferenceException error);

    /// <summary>Called when every choice has ended without an error: no token follows. The stream itself ends later.</summary>
    void Finish()
    {
    }

    /// <summary>Called when all tokens were delivered or the cancellation is durable. No call follows.</summary>
    void End();
}
