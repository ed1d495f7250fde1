using OrleansInference.Bench;
using OrleansInference.Cli;
using OrleansInference.Settings;
using OrleansInference.Silo.LocalCluster;

if (Suggestions.Asked(args) is { } line)
{
    Suggestions.Print(BenchCommands.CreateRoot(), line);
    return 0;
}

ParentWatch.Begin();
return await CommandLineApplication.RunAsync(BenchCommands.CreateRoot(), args);
