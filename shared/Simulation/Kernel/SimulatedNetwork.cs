namespace OrleansInference.Simulation.Kernel;

/// <summary>
/// Network that delivers messages between nodes late, twice, in another order or not at all. The fate of a message depends on the seed, the link, and the
/// number of earlier messages on the link.
/// </summary>
internal sealed class SimulatedNetwork(Timeline timeline, SeededRandom random, int nodes)
{
    private const double MostStraggling = 0.5; // seconds

    private readonly ulong[] _sent = new ulong[nodes * nodes];
    private readonly int[] _cut = new int[nodes]; // number of partitions that isolate a node
    private readonly int[] _cutLinks = new int[nodes * nodes]; // [from, to]

    /// <summary>Probability that a message is lost.</summary>
    public double Loss { get; set; }

    /// <summary>Probability that a message arrives twice.</summary>
    public double Duplication { get; set; }

    /// <summary>Probability that a message is so late that many later ones overtake it, as on another connection.</summary>
    public double Stragglers { get; set; }

    /// <summary>Maximum delay in addition to the usual one.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Number of messages that never arrived.</summary>
    public long Lost { get; private set; }

    /// <summary>Isolates a node from all others, or ends the isolation.</summary>
    public void Cut(int node, bool cut) => _cut[node] += cut ? 1 : -1;

    /// <summary>Blocks all messages from one node to another, or ends the block.</summary>
    public void CutLink(int from, int to, bool cut) => _cutLinks[(from * nodes) + to] += cut ? 1 : -1;

    private bool IsCut(int from, int to) => from != to && (_cut[from] > 0 || _cut[to] > 0 || _cutLinks[(from * nodes) + to] > 0);

    /// <summary>Sends a message; <paramref name="deliver"/> checks whether the receiver exists.</summary>
    public void Send(int from, int to, Action deliver)
    {
        SeededRandom draw = random.Split((ulong)((from * nodes) + to)).Split(_sent[(from * nodes) + to]++);
        if (IsCut(from, to) || (from != to && draw.Chance(Loss)))
        {
            Lost++;
            return;
        }

        int copies = draw.Chance(Duplication) ? 2 : 1;
        for (int copy = 0; copy < copies; copy++)
        {
            double delay = (0.0002 + (draw.Unit() * 0.0008)) + (draw.Unit() * draw.Unit() * Jitter.TotalSeconds) + (copy * draw.Unit() * 0.3);
            delay += Stragglers > 0 && draw.Chance(Stragglers) ? draw.Unit() * MostStraggling : 0;
            timeline.After(TimeSpan.FromSeconds(delay), () =>
            {
                if (IsCut(from, to))
                {
                    Lost++;
                    return;
                }

                deliver();
            });
        }
    }
}
