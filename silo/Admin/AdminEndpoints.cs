using Orleans.Dashboard;
using Orleans.Runtime;
using OrleansInference.Api.Access;
using OrleansInference.Grains;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Silo.Admin;

/// <summary><c>/admin/cluster</c>: reports the nodes, the layers of each device and the recoveries, and drains a node on request.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this WebApplication app, bool dashboard)
    {
        RouteGroupBuilder administrators = app.MapGroup("/admin").Requires(Rights.ManageCluster);
        if (dashboard)
        {
            administrators.MapOrleansDashboard("/orleans");
        }

        administrators.MapGet("/audit/heads", async (IAuditHeadStore heads, CancellationToken cancellation) => Results.Content(AuditHeadJson.Write(await heads.ListAsync(cancellation)), "application/json"))
            .WithName("listAuditHeads").WithSummary("Returns the signed heads of the nodes' audit logs, which prove where the logs end.").Produces<IReadOnlyList<AuditHead>>();

        RouteGroupBuilder admin = administrators.MapGroup("/cluster");
        admin.MapGet("/", async (IGrainFactory grains, InferenceNode node) =>
            Results.Json(ClusterReport.Of(await AskAsync(grains, static directory => directory.View()), node.Setup.Name), AdminJson.Default.ClusterReport))
            .WithName("getCluster").WithSummary("Returns the nodes, the layers of each device and the recoveries.").Produces<ClusterReport>();
        admin.MapPost("/nodes/{name}/drain", async (string name, IGrainFactory grains) => await AskAsync(grains, directory => directory.Drain(name))
            ? Results.Json(new DrainReport(name, "draining"), AdminJson.Default.DrainReport, statusCode: StatusCodes.Status202Accepted)
            : throw new InferenceException(ErrorCode.NotFound, $"The cluster has no node '{name}'.", "name"))
            .WithName("drainNode").WithSummary("Asks a node to hand over its layers and streams, and to stop.").Produces<DrainReport>(StatusCodes.Status202Accepted);
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the directory's node is gone, and the next activation has not answered yet.</exception>
    private static async Task<T> AskAsync<T>(IGrainFactory grains, Func<IDirectoryGrain, ValueTask<T>> ask)
    {
        try
        {
            return await ask(grains.GetGrain<IDirectoryGrain>(0));
        }
        catch (Exception error) when (error is OrleansException or TimeoutException)
        {
            throw new InferenceException(ErrorCode.Unavailable, "The cluster's directory does not answer, for instance because its node was lost. Repeat the request.", null, error);
        }
    }
}
