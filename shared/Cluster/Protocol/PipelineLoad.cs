namespace OrleansInference.Cluster.Protocol;

/// <summary>Load of a pipeline, for choosing among several pipelines.</summary>
/// <param name="Pipeline">Number of the pipeline.</param>
/// <param name="Serves">Whether a plan is in force.</param>
/// <param name="Takes">Whether sessions may start there; false if all its devices are leaving.</param>
/// <param name="Sessions">Active sessions.</param>
/// <param name="Rate">Steps a second that it can make, relative to the other pipelines.</param>
public readonly record struct PipelineLoad(int Pipeline, bool Serves, bool Takes, int Sessions, double Rate);
