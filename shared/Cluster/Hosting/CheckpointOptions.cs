using System.ComponentModel.DataAnnotations;
using OrleansInference.Cluster.Programs;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Which model is used.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Folder of the checkpoint; null: the demo model of the repository that the program or the current folder lies in.</summary>
    [Display(GroupName = "Model", Prompt = "DIR", Description = "Folder of the checkpoint; the demo model by default.")]
    public string? Model { get; init; }

    /// <summary>Name of the model in requests; null: its folder's name.</summary>
    [Display(GroupName = "Model", Prompt = "NAME", Description = "Name of the model in requests; the folder's name by default.")]
    public string? Name { get; init; }

    /// <summary>Full path of the folder.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: it does not exist.</exception>
    public string Folder => Find(Model);

    /// <summary>Name of the model in requests.</summary>
    public string Id => Name ?? ServedModels.NameOf(Folder);

    /// <summary>Full path of a checkpoint's folder: the one given, otherwise that of the demo model.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: it does not exist.</exception>
    public static string Find(string? given)
    {
        if (given is null)
        {
            return RepositoryFiles.FindDemoModel() ?? throw new InferenceException(
                ErrorCode.InvalidOption, $"{RepositoryFiles.DemoFolder} was not found above {AppContext.BaseDirectory} or the current folder; name the folder of a checkpoint with --model.", nameof(Model));
        }

        string full = Path.GetFullPath(given.Length > 0 ? given : ".");
        if (given.Length == 0 || !Directory.Exists(full))
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{nameof(Model)} is '{given}'; expected {(File.Exists(full) ? "the folder that contains the file" : "an existing folder")}.", nameof(Model));
        }

        return full;
    }
}
