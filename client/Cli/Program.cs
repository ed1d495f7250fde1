using OrleansInference.Cli;

return await CommandLineApplication.RunAsync(args);
