using System.ComponentModel.DataAnnotations;
using OrleansInference.Cluster.Programs;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Options that select the model.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Folder of the checkpoint; null: the demo model of the repository that contains the program or the current folder.</summary>
    [Display(GroupName = "Model", Prompt = "DIR", Description = "Folder of the checkpoint; the demo model by default.")]
    public string? Model { get; init; }

    /// <summary>Name of the model in requests; null: the name of its folder.</summary>
    [Display(GroupName = "Model", Prompt = "NAME", Description = "Name of the model in requests; the folder's name by default.")]
    public string? Name { get; init; }

    /// <summary>Full path of the folder.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the folder does not exist.</exception>
    public string Folder => Find(Model);

    /// <summary>Name of the model in requests.</summary>
    public string Id => Name ?? ServedModels.NameOf(Folder);

    /// <summary>Returns the full path of a checkpoint's folder: the given one, otherwise that of the demo model.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the folder does not exist.</exception>
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
