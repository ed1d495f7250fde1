namespace OrleansInference.Cluster.Protocol;

/// <summary>A pipeline as those know it who choose among several.</summary>
/// <param name="Pipeline">Its number.</param>
/// <param name="Serves">Whether a plan is in force.</param>
/// <param name="Takes">Whether sessions may begin there; not where all devices are to leave.</param>
/// <param name="Sessions">Under way.</param>
/// <param name="Rate">Steps a second that it can make, beside those of the others.</param>
internal readonly record struct PipelineLoad(int Pipeline, bool Serves, bool Takes, int Sessions, double Rate);
