using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Session;

/// <summary>Which pipeline is to generate a session.</summary>
internal interface IPipelineChoice
{
    /// <param name="session">The session.</param>
    /// <param name="request">What is to be generated.</param>
    /// <param name="current">The pipeline that generates it now; −1: none yet.</param>
    /// <param name="now">The time since some beginning.</param>
    /// <returns>The current one while it can serve; another one when it cannot and another can.</returns>
    int Choose(int session, GenerationRequest request, int current, TimeSpan now);
}
