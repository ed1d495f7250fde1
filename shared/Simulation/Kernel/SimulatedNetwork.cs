namespace OrleansInference.Simulation.Kernel;

/// <summary>
/// Carries messages between nodes: late, twice, in another order or not at all, as the weather is. What happens to a message depends on the seed, the link,
/// and how many went over the link before it.
/// </summary>
internal sealed class SimulatedNetwork(Timeline timeline, SeededRandom random, int nodes)
{
    private const double MostStraggling = 0.5; // seconds

    private readonly ulong[] _sent = new ulong[nodes * nodes];
    private readonly int[] _cut = new int[nodes]; // partitions that a node is behind
    private readonly int[] _cutLinks = new int[nodes * nodes]; // [from, to]

    /// <summary>Probability that a message is lost.</summary>
    public double Loss { get; set; }

    /// <summary>Probability that a message comes twice.</summary>
    public double Duplication { get; set; }

    /// <summary>Probability that a message is so late that many sent after it overtake it, as on another connection.</summary>
    public double Stragglers { get; set; }

    /// <summary>Longest delay on top of the usual.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Messages that never arrived.</summary>
    public long Lost { get; private set; }

    /// <summary>Parts a node from all others, or ends that.</summary>
    public void Cut(int node, bool cut) => _cut[node] += cut ? 1 : -1;

    /// <summary>Lets nothing through from one node to another, or ends that.</summary>
    public void CutLink(int from, int to, bool cut) => _cutLinks[(from * nodes) + to] += cut ? 1 : -1;

    private bool IsCut(int from, int to) => from != to && (_cut[from] > 0 || _cut[to] > 0 || _cutLinks[(from * nodes) + to] > 0);

    /// <summary>Carries a message; <paramref name="deliver"/> looks whether anybody is there.</summary>
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
