using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Store of the state that outlives a cluster's nodes: numbers that are never reused, the plans in force, and the sessions.</summary>
public interface IClusterStore : ISessionStore
{
    /// <summary>Reserves numbers for a node in this life and for its devices. No other node or device ever has them.</summary>
    /// <returns>The first of <paramref name="count"/> consecutive numbers, from 1.</returns>
    Task<int> NextNodesAsync(int count);

    /// <summary>Reserves the number of an activation of a router of any pipeline, or of the directory: higher than all before, from 1.</summary>
    Task<int> NextActivationAsync();

    /// <summary>Reads the last saved plan of a pipeline: the one in force, or one that comes into force when its stages join it; null before the first. Makes one attempt.</summary>
    Task<PipelinePlan?> ReadPlanAsync(int pipeline);

    /// <summary>
    /// Saves a plan for the pipeline of its router by the rule of <see cref="PlanStore"/>, in one transaction. A plan cannot come into force before it is
    /// saved. Makes one attempt.
    /// </summary>
    /// <returns>The saved plan from now on: another one if the given plan was refused.</returns>
    Task<PipelinePlan> SavePlanAsync(PipelinePlan plan);

    /// <summary>Reads the allocation of devices to pipelines; null before the first.</summary>
    Task<DeviceAllocation?> ReadAllocationAsync();

    /// <summary>Puts an allocation in force by the rule of <see cref="PlanStore"/>, in one transaction.</summary>
    /// <returns>The allocation in force from now on: another one if the given allocation was refused.</returns>
    Task<DeviceAllocation> SaveAllocationAsync(DeviceAllocation allocation);

    /// <summary>Saves a plan with the stages of the last saved one, for a router that succeeds the one that made it.</summary>
    /// <returns>The router's first plan; null if there is none to continue, or if another router was faster.</returns>
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
    /// <returns>The activation of the requesting router, and its answer.</returns>
    async Task<(int Router, ControlMessage Answer)> AnswerAsync(ControlMessage request) => request switch
    {
        ReadPlan read => (read.Router, new PlanRead(read.Router, await ReadPlanAsync(RouterNumbers.PipelineOf(read.Router)))),
        SavePlan save => (save.Plan.Router, new PlanSaved(save.Plan.Router, await SavePlanAsync(save.Plan))),
        _ => throw new ArgumentException($"The plan store does not support {request.GetType().Name}.", nameof(request)),
    };

    /// <summary>Returns the sessions to resume: stored and not ended.</summary>
    Task<IReadOnlyList<int>> UnfinishedAsync();
}
