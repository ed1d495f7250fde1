using OrleansInference.Grains.Directory;

namespace OrleansInference.ClusterTests.Views;

/// <summary>A node's state, and its exchange with the directory.</summary>
internal sealed class SimulatedNode(NodeState state)
{
    public NodeState State { get; private set; } = state;

    public DirectoryExchange Exchanged { get; } = new();

    public void Change(Random random)
    {
        State = random.Next(6) switch
        {
            0 => State with { Draining = !State.Draining },
            1 => State with { Url = $"http://localhost:{random.Next(2)}" },
            2 => State.WithDevice(device => device with { Pipeline = random.Next(-1, 3) }),
            3 => State.WithDevice(device => device with { RateShare = random.Next(4) == 0 ? null : random.NextDouble() }),
            4 => State.WithDevice(device => device with { Steps = device.Steps + 1, EndLayer = random.Next(4) }),
            _ => State with { Sessions = random.Next(4), LinkBytes = State.LinkBytes + random.Next(100) },
        };
    }

    public void OnReply(Announcement announcement, ViewChanges? changes)
    {
        Exchanged.OnReply(announcement, changes);
        Admit();
    }

    public void OnReply(Announcement announcement, ClusterView whole)
    {
        Exchanged.OnReply(announcement, whole);
        Admit();
    }

    /// <summary>As the node's announcer does it.</summary>
    public void Exchange(ClusterState directory)
    {
        Announcement announcement = Exchanged.Next(State);
        if (announcement.Changes is { } report)
        {
            bool known = Exchanged.OnReply(announcement, directory.TryTake(report, out _) ? directory.ReplyTo(report) : null);
            Admit();
            if (known)
            {
                return;
            }

            announcement = Exchanged.Next(State);
        }

        directory.Take(announcement.Node);
        OnReply(announcement, directory.View);
    }

    /// <returns>What the directory knows otherwise than it is; rates that are about the same count as the same.</returns>
    public string? DifferenceTo(NodeState known)
    {
        NodeState expected = State.With(NodeCondition.Of(State).Steadied(NodeCondition.Of(known)));
        return SampleNodes.Describe(known) != SampleNodes.Describe(expected) ? $"the directory knows\n{SampleNodes.Describe(known)}\nof\n{SampleNodes.Describe(expected)}"
            : NodeFigures.Of(known) != NodeFigures.Of(State) ? $"the directory knows the figures {NodeFigures.Of(known)} of {NodeFigures.Of(State)}"
            : null;
    }

    private void Admit() => State = State with { Admitted = State.Admitted || Exchanged.View.Complete };
}
