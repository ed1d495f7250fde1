using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Nodes;

/// <summary>Calls of a node's exchange with the directory.</summary>
public static class DirectoryCalls
{
    /// <summary>Reports changes, or announces the whole state to a directory that does not have the node.</summary>
    /// <returns>Reason why the node may not join; null if it may.</returns>
    public static async Task<string?> AnnounceAsync(this DirectoryExchange exchange, IDirectoryGrain directory, NodeState state)
    {
        Announcement announcement = exchange.Next(state);
        if (announcement.Changes is { } report)
        {
            ViewChanges? changes = await directory.Report(report);
            if (exchange.OnReply(announcement, changes))
            {
                return changes?.Refusal;
            }

            announcement = exchange.Next(state);
        }

        ClusterView view = await directory.Announce(announcement.Node);
        exchange.OnReply(announcement, view);
        return view.Refusal;
    }
}
