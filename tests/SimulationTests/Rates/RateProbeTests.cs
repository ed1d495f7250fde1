using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Stage;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Compute.Measurement;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Rates;

/// <summary>The thread that measures the devices of a node again.</summary>
public sealed class RateProbeTests : IControlTransport, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private static readonly RateOptions Options = new() { ProbeAfter = TimeSpan.FromMilliseconds(1), ProbeSlowInterval = TimeSpan.FromMilliseconds(1), QuietFor = TimeSpan.Zero };

    private readonly DeviceThread _device;
    private readonly RateProbe _probe;
    private volatile MachineRates? _best;

    public RateProbeTests()
    {
        StepCost cost = new(new ModelCost { Layers = [new LayerCost(1, 1, 1, 1)] });
        _device = new DeviceThread(new DeviceLife(0, 1), new ToyStage(1, 1), this, new StageOptions(), new DeviceRate(cost, 1000, 1000, Options));
        _device.Start();
        _probe = new RateProbe([_device], static () => new Roofline(1, 1 << 20), Options, best => _best = best);
    }

    [Fact]
    public void A_device_that_was_measured_while_it_was_starved_is_found_to_be_faster()
    {
        _probe.Start();
        Until(() => _device.Rate!.ReadBandwidth > 1000 && _device.Rate.ArithmeticRate > 1000);
    }

    [Fact]
    public void A_device_that_was_slow_and_has_no_layers_any_more_is_found_to_be_faster()
    {
        for (int i = 0; i < Options.Windows; i++)
        {
            _device.Probed(new ProbeResult(1000, 1000, 1, 1));
        }

        Until(() => _device.Rate!.Share < 0.01);
        _probe.Start();
        Until(() => _device.Rate!.Share > 0.05);
    }

    [Fact]
    public void What_was_measured_is_handed_on_to_be_kept()
    {
        _probe.Start();
        Until(() => _best is { ReadBytesPerSecond: > 1000, Flops: > 1000 });
    }

    void IControlTransport.Deliver(IReadOnlyList<OutboundMessage> messages)
    {
    }

    public void Dispose()
    {
        _probe.Dispose();
        _device.Dispose();
    }

    private void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Timeout), $"Waited {Timeout}; the device says {_device.Rate}.");
}
