namespace OrleansInference.Simulation.Kernel;

/// <summary>Something that can crash and come back with nothing but what it had made durable elsewhere.</summary>
/// <param name="node">The network's number for it.</param>
/// <param name="name">For the trace.</param>
internal abstract class SimulatedProcess(int node, string name)
{
    public int Node => node;

    public string Name => name;

    public bool Alive { get; private set; } = true;

    /// <summary>Counts its lives, from 1.</summary>
    public int Life { get; private set; } = 1;

    /// <summary>Until when it gets no processor: what was to happen to it happens then, in its order.</summary>
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

    /// <summary>Forgets everything.</summary>
    protected abstract void Lose();

    /// <summary>Begins a life.</summary>
    protected abstract void Begin();
}
