using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Hosting;

/// <summary>What a cluster keeps whatever becomes of its nodes: numbers that are never given twice, the plans in force, sessions.</summary>
public interface IClusterStore : ISessionStore
{
    /// <summary>Numbers for a node in this life and for its devices: no node or device has or will have them.</summary>
    /// <returns>The first of <paramref name="count"/> in a row, from 1.</returns>
    Task<int> NextNodesAsync(int count);

    /// <summary>The number of an activation of a router, of whichever pipeline, or of the directory: above all before it, from 1.</summary>
    Task<int> NextActivationAsync();

    /// <summary>The plan that was saved last for a pipeline: the one in force, or one that comes into force when its stages join it; null before the first. Tried once.</summary>
    Task<PipelinePlan?> ReadPlanAsync(int pipeline);

    /// <summary>Saves a plan for the pipeline of its router, without which it cannot come into force, by the rule of <see cref="PlanStore"/>, in one transaction. Tried once.</summary>
    /// <returns>The plan that is saved from now on: another one when the given was refused.</returns>
    Task<PipelinePlan> SavePlanAsync(PipelinePlan plan);

    /// <summary>How the devices are divided among the pipelines; null before the first time.</summary>
    Task<DeviceAllocation?> ReadDivisionAsync();

    /// <summary>Puts a division in force by the rule of <see cref="PlanStore"/>, in one transaction.</summary>
    /// <returns>The division in force from now on: another one when the given was refused.</returns>
    Task<DeviceAllocation> SaveDivisionAsync(DeviceAllocation division);

    /// <summary>Saves a plan with the stages of the one that was saved last, for a router that goes on after the one that made it.</summary>
    /// <returns>The router's first plan; null when there is none to go on with, or when another router was faster.</returns>
    Task<PipelinePlan?> PreparePlanAsync(int router) => PreparePlanAsync(router, ReadPlanAsync, SavePlanAsync);

    /// <inheritdoc cref="PreparePlanAsync(int)"/>
    static async Task<PipelinePlan?> PreparePlanAsync(int router, Func<int, Task<PipelinePlan?>> read, Func<PipelinePlan, Task<PipelinePlan>> save)
    {
        if (await read(RouterNumbers.PipelineOf(router)) is not { } before)
        {
            return null;
        }

        PipelinePlan next = before.Again(router);
        return (await save(next)).Epoch == next.Epoch ? next : null;
    }

    /// <summary>Answers a message to <see cref="Address.PlanStore"/>.</summary>
    /// <param name="request">A <see cref="ReadPlan"/> or <see cref="SavePlan"/>.</param>
    /// <returns>The activation of the router that asked, and its answer.</returns>
    async Task<(int Router, ControlMessage Answer)> AnswerAsync(ControlMessage request) => request switch
    {
        ReadPlan read => (read.Router, new PlanRead(read.Router, await ReadPlanAsync(RouterNumbers.PipelineOf(read.Router)))),
        SavePlan save => (save.Plan.Router, new PlanSaved(save.Plan.Router, await SavePlanAsync(save.Plan))),
        _ => throw new ArgumentException($"The plan store does not support {request.GetType().Name}.", nameof(request)),
    };

    /// <summary>Sessions that are to go on: stored and not ended.</summary>
    Task<IReadOnlyList<int>> UnfinishedAsync();
}
