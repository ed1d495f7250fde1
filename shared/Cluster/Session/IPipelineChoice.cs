using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Session;

/// <summary>Chooses the pipeline that generates a session.</summary>
public interface IPipelineChoice
{
    /// <param name="session">Number of the session.</param>
    /// <param name="request">The session's request.</param>
    /// <param name="current">The pipeline that generates the session now; −1: none yet.</param>
    /// <param name="now">The current time, from any origin.</param>
    /// <returns>The current pipeline while it can serve; another one when only others can.</returns>
    int Choose(int session, GenerationRequest request, int current, TimeSpan now);
}
