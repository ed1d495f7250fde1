using OrleansInference.Models;

namespace OrleansInference.Cli.Settings;

/// <summary>Finds the checkpoint's folder: the one given, else the demo model of the repository that the program or the current folder lies in.</summary>
internal static class ModelLocator
{
    private static readonly string DemoFolder = Path.Combine("shared", "demo-model");

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

        return FindDemo(AppContext.BaseDirectory) ?? FindDemo(Environment.CurrentDirectory) ?? throw new InferenceException(
            ErrorCode.InvalidOption, $"No {DemoFolder} lies above {AppContext.BaseDirectory} or the current folder: give a checkpoint's folder with --model.", "--model");
    }

    private static string? FindDemo(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, DemoFolder);
            if (File.Exists(Path.Combine(candidate, "config.json")))
            {
                return candidate;
            }
        }

        return null;
    }
}
