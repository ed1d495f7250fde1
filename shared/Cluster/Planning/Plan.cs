using System.Text.Json;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Planning;

/// <summary>Assignment of layers to devices. Immutable; every change has a new epoch.</summary>
/// <param name="Epoch">Grows by one from plan to plan; a stage refuses a step of another epoch.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="Pipelines">Replicas of the whole model, at least one; no device is in two.</param>
public sealed record Plan(long Epoch, int Layers, IReadOnlyList<Pipeline> Pipelines)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the text is not JSON of a plan, or the stages do not cover the layers once and in order.</exception>
    public static Plan FromJson(string json)
    {
        Plan? plan;
        try
        {
            plan = JsonSerializer.Deserialize<Plan>(json, Json);
        }
        catch (JsonException exception)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"Plan is not valid JSON of a plan: {exception.Message}", "plan", exception);
        }

        if (plan?.FindFault() is var fault && (plan is null || fault is not null))
            throw new InferenceException(ErrorCode.InvalidRequest, $"Plan: {fault ?? "is null, expected an object"}.", "plan");
        return plan;
    }

    private string? FindFault()
    {
        if (Epoch < 0 || Layers < 1 || Pipelines.Count == 0)
            return $"has epoch {Epoch}, {Layers} layers and {Pipelines.Count} pipelines, expected an epoch of 0 or more and at least one of the others";
        HashSet<string> devices = [];
        foreach (Pipeline? pipeline in Pipelines)
        {
            int next = 0;
            foreach (PlannedStage? stage in pipeline?.Stages ?? [])
            {
                if (stage is null || stage.FirstLayer != next || stage.EndLayer <= next || stage.EndLayer > Layers)
                    return $"a stage has layers {stage?.FirstLayer} to {stage?.EndLayer}, expected to start at {next} and end by {Layers}";
                if (!devices.Add(stage.Device))
                    return $"device '{stage.Device}' has two stages, expected one";
                next = stage.EndLayer;
            }

            if (next != Layers)
                return $"a pipeline ends at layer {next}, expected {Layers}";
        }

        return null;
    }
}

/// <summary>One replica of the model.</summary>
/// <param name="Stages">Stages in the order of their layers; together they cover all layers.</param>
public sealed record Pipeline(IReadOnlyList<PlannedStage> Stages);

/// <summary>A run of layers on one device.</summary>
/// <param name="Device">The device's id.</param>
/// <param name="FirstLayer">The first layer.</param>
/// <param name="EndLayer">The layer after the last.</param>
public sealed record PlannedStage(string Device, int FirstLayer, int EndLayer);
