using System.Text.Json.Nodes;
using OrleansInference.Cli.Output;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Cli.Commands;

/// <summary><c>model create</c>: writes a checkpoint of a published shape with random weights, for measurements.</summary>
internal static class ModelCreateCommand
{
    public static Command Create()
    {
        Option<string> preset = new("--preset") { Description = "Published shape: one of " + string.Join(", ", RandomCheckpoint.Presets), Required = true, HelpName = "NAME" };
        Option<string> folder = new("--out") { Description = "Output folder", Required = true, HelpName = "DIR" };
        Option<ulong> seed = new("--seed") { Description = "Seed of the weights; 0 by default", HelpName = "N" };
        return CommandInvocation.Create(
            "create",
            "Writes a checkpoint of a published shape with random weights, for measurements",
            new SettingSet(),
            [preset, folder, seed],
            invocation =>
            {
                string path = Path.GetFullPath(invocation.Arguments.GetValue(folder)!);
                using ProgressLine progress = new("Writing the checkpoint");
                RandomCheckpoint.Write(invocation.Arguments.GetValue(preset)!, path, invocation.Arguments.GetValue(seed), progress);
                invocation.Print(() => new JsonObject { ["path"] = path }, () => Console.Out.WriteLine(path));
                return Task.CompletedTask;
            });
    }
}
