using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Receives the tokens of one request.</summary>
public interface IRequestSink
{
    /// <summary>Prompt tokens found in the prefix cache; set before the first token.</summary>
    int CachedPromptTokens { set; }

    /// <summary>Receives a committed token, in the order of commitment. The last token of a choice has its finish set.</summary>
    void Publish(in TokenEvent token);

    /// <summary>Ends the request. Choices that have not finished were cancelled, or failed with the error.</summary>
    void Complete(Exception? error);
}
