using OrleansInference.Serving.Control;

namespace OrleansInference.Serving.Hosting;

/// <summary>One activation of the router with its control of the pipeline, on a thread of its own.</summary>
internal sealed class RouterThread : MachineThread
{
    private readonly int _number;
    private readonly EngineCounters _counters;
    private readonly RouterMachine _machine;

    /// <param name="number">Of this activation; a later one has a higher number.</param>
    /// <param name="setup">What the router is made of.</param>
    /// <param name="transport">The way out.</param>
    public RouterThread(int number, RouterSetup setup, IControlTransport transport)
        : base($"Router {number}", transport)
    {
        _number = number;
        _counters = setup.Counters;
        _machine = setup.Create(number, this, static () => Now);
        Post(() => _machine.Control.Start(Now));
    }

    /// <summary>What is going on, as of a moment ago.</summary>
    public RouterReport Report { get; private set; } = RouterReport.Empty;

    protected override void Receive(in Letter letter, TimeSpan now) => _machine.Receive(letter.Message, now, Arrived);

    protected override void Tick(TimeSpan now)
    {
        _machine.Tick(now);
        Report = RouterReport.Of(_number, _machine, _counters);
    }
}
