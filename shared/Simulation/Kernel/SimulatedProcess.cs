namespace OrleansInference.Simulation.Kernel;

/// <summary>Process that can crash, and restart with only the state that it made durable elsewhere.</summary>
/// <param name="node">Number of the process' node in the network.</param>
/// <param name="name">Name in the trace.</param>
internal abstract class SimulatedProcess(int node, string name)
{
    public int Node => node;

    public string Name => name;

    public bool Alive { get; private set; } = true;

    /// <summary>Number of its life, from 1.</summary>
    public int Life { get; private set; } = 1;

    /// <summary>Time until which it gets no processor: its events wait until then, in their order.</summary>
    public TimeSpan StarvedUntil { get; set; }

    public void Crash()
    {
        if (Alive)
        {
            Alive = false;
            Lose();
        }
    }

    public void Restart()
    {
        if (!Alive)
        {
            Alive = true;
            Life++;
            StarvedUntil = default;
            Begin();
        }
    }

    /// <summary>Discards all state.</summary>
    protected abstract void Lose();

    /// <summary>Starts a life.</summary>
    protected abstract void Begin();
}
