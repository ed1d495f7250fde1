using OrleansInference.Cli.Commands;

namespace OrleansInference.Cli;

/// <summary>Command tree of the client program.</summary>
internal static class CliCommands
{
    public static RootCommand CreateRoot() => new("Serves DeepSeek-R1-family language models. The default command is serve.")
    {
        OtherProgramCommand.CreateServe(),
        OtherProgramCommand.CreateDoctor(),
        CompletionCommand.Create(),
        ChatCommand.Create(),
        new Command("model", "Inspects or creates a checkpoint")
        {
            ModelInfoCommand.Create(),
            ModelTokenizeCommand.Create(),
            ModelRenderCommand.Create(),
            ModelEvalCommand.Create(),
            ModelCreateCommand.Create(),
        },
        new Command("cluster", "Shows and administers a cluster")
        {
            ClusterCommands.CreateStatus(),
            ClusterCommands.CreatePlan(),
            ClusterCommands.CreateDrain(),
        },
        TenantCommands.Create(),
        KeyCommands.Create(),
        SessionCommands.Create(),
        UsageCommand.Create(),
        WatermarkCommand.Create(),
        new Command("audit", "Checks the audit log")
        {
            AuditVerifyCommand.Create(),
        },
        OtherProgramCommand.CreateSimulate(),
        OtherProgramCommand.CreateBench(),
    };
}
