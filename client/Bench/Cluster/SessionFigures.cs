namespace OrleansInference.Bench.Cluster;

/// <summary>Costs of idle sessions.</summary>
/// <param name="Sessions">Number of sessions.</param>
/// <param name="GrainBytes">Bytes of the grain of each idle session.</param>
/// <param name="MachineBytes">Bytes of the actor of each session in the seconds after its last token: its tokens and related state.</param>
/// <param name="RatesBefore">Tokens a second of a stream before there were sessions, in each round.</param>
/// <param name="RatesBeside">Tokens a second of a stream beside the sessions, in each round.</param>
internal sealed record SessionFigures(int Sessions, long GrainBytes, long MachineBytes, double[] RatesBefore, double[] RatesBeside);
