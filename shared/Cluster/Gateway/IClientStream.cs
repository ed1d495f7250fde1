using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Gateway;

/// <summary>The client's end of a stream: each token once, in order.</summary>
internal interface IClientStream
{
    /// <summary>Prompt tokens that were found in the prefix cache; set before the first token.</summary>
    int CachedPromptTokens { set; }

    /// <summary>The next token of a choice, or its end alone; before the first, what was measured of the prompt, where that is asked for, for each choice.</summary>
    void Token(in TokenEvent token);

    /// <summary>The request was ended by an error. No token follows.</summary>
    void Fail(InferenceException error);

    /// <summary>Everything was delivered, or the cancellation is durable. Nothing follows.</summary>
    void End();
}
