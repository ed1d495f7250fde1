namespace OrleansInference.Bench.Cluster;

/// <summary>What sessions cost that nothing happens in.</summary>
/// <param name="Sessions">Conversations of so many.</param>
/// <param name="GrainBytes">Of each, idle: its grain.</param>
/// <param name="MachineBytes">Of each, for the seconds after its last token: its tokens and what goes with them.</param>
/// <param name="RatesBefore">Tokens a second of a stream before there were any, in each round.</param>
/// <param name="RatesBeside">The same beside them.</param>
internal sealed record SessionFigures(int Sessions, long GrainBytes, long MachineBytes, double[] RatesBefore, double[] RatesBeside);
