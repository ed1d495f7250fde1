using OrleansInference.Bench;
using OrleansInference.Cli;
using OrleansInference.Silo.LocalCluster;

ParentWatch.Begin();
return await CommandLineApplication.RunAsync(BenchCommands.CreateRoot(), args);
