using System.CommandLine;
using OrleansInference.Cli.Output;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Cli.Commands;

/// <summary><c>model create</c>: a checkpoint of a published shape with random weights, for measurements.</summary>
internal static class ModelCreateCommand
{
    public static Command Create()
    {
        Option<string> preset = new("--preset") { Description = "Shape: one of " + string.Join(", ", RandomCheckpoint.Presets), Required = true, HelpName = "NAME" };
        Option<string> folder = new("--out") { Description = "Folder to write to", Required = true, HelpName = "DIR" };
        Option<ulong> seed = new("--seed") { Description = "The same seed gives the same weights; 0 by default", HelpName = "N" };
        return CommandInvocation.Create(
            "create",
            "Writes a checkpoint of a published shape with random weights, to measure with",
            [],
            [preset, folder, seed],
            invocation =>
            {
                string path = Path.GetFullPath(invocation.Arguments.GetValue(folder)!);
                using ProgressLine progress = new("Writing the checkpoint");
                RandomCheckpoint.Write(invocation.Arguments.GetValue(preset)!, path, invocation.Arguments.GetValue(seed), progress);
                if (invocation.Json)
                {
                    JsonOutput.Write(writer =>
                    {
                        writer.WriteStartObject();
                        writer.WriteString("path", path);
                        writer.WriteEndObject();
                    });
                }
                else
                {
                    Console.Out.WriteLine(path);
                }

                return Task.CompletedTask;
            });
    }
}
