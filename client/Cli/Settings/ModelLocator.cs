using OrleansInference.Cluster.Programs;
using OrleansInference.Models;

namespace OrleansInference.Cli.Settings;

/// <summary>Finds the checkpoint's folder: the one given, else the demo model of the repository that the program or the current folder lies in.</summary>
internal static class ModelLocator
{
    public static string Find(string? given)
    {
        if (given is not null)
        {
            string full = Path.GetFullPath(given);
            if (!Directory.Exists(full))
            {
                SettingReader.Refuse(ModelOptions.ModelSetting, given, File.Exists(full) ? "the folder that holds the file" : "a folder that exists");
            }

            return full;
        }

        return RepositoryFiles.FindDemoModel() ?? throw new InferenceException(
            ErrorCode.InvalidOption, $"{RepositoryFiles.DemoFolder} was not found above {AppContext.BaseDirectory} or the current folder; name the folder of a checkpoint with --model.", "--model");
    }
}
