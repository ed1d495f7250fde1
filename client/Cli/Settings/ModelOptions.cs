using System.ComponentModel.DataAnnotations;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Cli.Settings;

/// <summary>Options of commands that compute in this process: the model, and how it is loaded and served.</summary>
public sealed record ModelOptions
{
    /// <summary>Full path of the checkpoint's folder.</summary>
    public required string Model { get; init; }

    public required string Name { get; init; }

    public ComputeOptions Compute { get; init; } = new();

    public ServingOptions Serving { get; init; } = new();

    /// <summary>Settings of a command that needs a checkpoint.</summary>
    public static SettingSet CreateCheckpointSettings() => new SettingSet(typeof(CheckpointOptions)).Without(nameof(CheckpointOptions.Name));

    /// <summary>Settings of a command that computes.</summary>
    public static SettingSet CreateComputeSettings() => new SettingSet(typeof(CheckpointOptions), typeof(ComputeOptions), typeof(StageRuns)).Without(nameof(CheckpointOptions.Name));

    /// <summary>Settings of a command that serves its own user, who is the only tenant.</summary>
    public static SettingSet CreateServiceSettings() => new SettingSet(typeof(CheckpointOptions), typeof(ComputeOptions), typeof(StageRuns), typeof(ServingOptions))
        .Without(nameof(ServingOptions.TenantWeights), nameof(ServingOptions.PromptTokenWeight), nameof(ServingOptions.GeneratedTokenWeight));

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a value is out of its range, or the folder does not exist.</exception>
    public static ModelOptions Read(SettingValues values)
    {
        CheckpointOptions checkpoint = values.Bind<CheckpointOptions>();
        ServingOptions serving = values.Bind<ServingOptions>();
        return new ModelOptions
        {
            Model = checkpoint.Folder,
            Name = checkpoint.Id,
            Serving = serving,
            Compute = values.Bind<ComputeOptions>() with { Stages = values.Bind<StageRuns>().Stages, MaxStepTokens = serving.StepTokens },
        };
    }

    /// <summary>Options for the stages of a model in one process.</summary>
    private sealed record StageRuns
    {
        [Range(1, 1024)]
        [Display(Prompt = "N", Description = "Stages into which the layers of the model are divided; 1 by default")]
        public int Stages { get; init; } = 1;
    }
}
