using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>What the router tells of one request: the other end of its tokens.</summary>
internal interface IRequestSink
{
    /// <summary>Prompt tokens found in the prefix cache; set before the first token.</summary>
    int CachedPromptTokens { set; }

    /// <summary>A committed token, in the order of commitment. The last one of a choice has its finish set.</summary>
    void Publish(in TokenEvent token);

    /// <summary>The end of the request: choices that have not finished were cancelled, or, with an error, cut off by it.</summary>
    void Complete(Exception? error);
}
