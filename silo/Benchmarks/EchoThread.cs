using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Silo.Benchmarks;

/// <summary>In a device's place: sends every message back.</summary>
internal sealed class EchoThread(int peer, IControlTransport transport) : MachineThread("Echo", transport)
{
    private StepForward? _last;

    protected override void Receive(in Letter letter, TimeSpan now)
    {
        // What came before has arrived by now, as a stage knows from the steps that the router has back.
        if (_last is { } last)
        {
            HiddenBuffers.Return(last.Hidden);
        }

        _last = letter.Message as StepForward;
        Send(Address.Device(peer), letter.Message);
        Flush();
    }

    protected override void Tick(TimeSpan now)
    {
    }
}
