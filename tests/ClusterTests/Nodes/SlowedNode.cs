using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>Holds a node at a tenth of its processor: it runs for 2 ms and stands still for 18, in turn, until this is disposed.</summary>
internal sealed class SlowedNode : IDisposable
{
    private static readonly TimeSpan Runs = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Stands = TimeSpan.FromMilliseconds(18);

    private readonly NodeProcess _node;
    private readonly Thread _thread;
    private volatile bool _over;

    public SlowedNode(NodeProcess node)
    {
        _node = node;
        _thread = new Thread(Run) { IsBackground = true, Name = $"Slows {node.Name}", Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    public void Dispose()
    {
        _over = true;
        _thread.Join();
    }

    private void Run()
    {
        while (!_over)
        {
            _node.Signal(ProcessSignal.Stop);
            Thread.Sleep(Stands);
            _node.Signal(ProcessSignal.Continue);
            Thread.Sleep(Runs);
        }
    }
}
