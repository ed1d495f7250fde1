using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Compute;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.SimulationTests.Rates;

/// <summary>What a device learns of its own rate, from steps and from measurements.</summary>
public sealed class DeviceRateTests
{
    private static readonly RateOptions Options = new();
    private static readonly LayerRange Four = new(0, 4);
    private static readonly StepCost Cost = new(Model());

    private readonly DeviceRate _rate = new(Cost, 1e9, 1e11, Options);
    private TimeSpan _now;

    [Fact]
    public void A_device_that_is_as_fast_as_ever_reaches_all_of_its_rate_whatever_part_of_the_figures_that_is()
    {
        Run(TimeSpan.FromSeconds(10), slowness: 7);
        Assert.Equal(1, _rate.Report.Share ?? 1, 0.01);
        Assert.False(_rate.Report.IsSuspected);
    }

    [Fact]
    public void A_device_that_becomes_slow_says_so_within_seconds_and_that_it_is_normal_again()
    {
        Run(TimeSpan.FromSeconds(5));
        Run(TimeSpan.FromSeconds(3), slowness: 10);
        Assert.Equal(0.1, _rate.Report.Share ?? 1, 0.01);
        Run(TimeSpan.FromSeconds(3));
        Assert.Equal(1, _rate.Report.Share ?? 1, 0.01);
    }

    [Fact]
    public void A_device_that_stands_still_most_of_the_time_is_slow_though_most_steps_are_not()
    {
        Run(TimeSpan.FromSeconds(5));
        for (TimeSpan end = _now + TimeSpan.FromSeconds(3); _now < end;)
        {
            Run(TimeSpan.FromMilliseconds(50));
            Step(Batch(), 100); // most of a second in which nothing runs
        }

        Assert.InRange(_rate.Report.Share!.Value, 0.01, 0.25);
    }

    [Fact]
    public void A_single_pause_makes_no_device_slow()
    {
        Run(TimeSpan.FromSeconds(5));
        Step(Batch(), 300);
        Run(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _rate.Report.Share ?? 1, 0.01);
    }

    [Fact]
    public void Steps_are_compared_with_their_like()
    {
        // Many rows reach far less of what is predicted for them than few.
        for (int i = 0; i < 400; i++)
        {
            Step(Batch(), 1.2);
            Step(Batch(rows: 64), 6);
        }

        Run(TimeSpan.FromSeconds(5), slowness: 6, rows: 64);
        Assert.Equal(1, _rate.Report.Share ?? 1, 0.01);
        Run(TimeSpan.FromSeconds(5), slowness: 6);
        Assert.Equal(0.2, _rate.Report.Share ?? 1, 0.01);
    }

    [Fact]
    public void First_steps_with_layers_that_have_just_come_do_not_count()
    {
        for (int i = 0; i < Options.FirstSteps; i++)
        {
            Step(Batch(), 1000);
        }

        Run(TimeSpan.FromSeconds(5));
        Assert.Equal(1, _rate.Report.Share ?? 1, 0.01);
        Assert.False(_rate.Report.IsSuspected);
    }

    [Fact]
    public void A_slow_device_that_keeps_some_of_its_layers_is_not_normal_with_them()
    {
        Run(TimeSpan.FromSeconds(5));
        Run(TimeSpan.FromSeconds(3), slowness: 10);
        Run(TimeSpan.FromSeconds(20), slowness: 10, layers: new LayerRange(0, 1));
        Assert.Equal(0.1, _rate.Report.Share ?? 1, 0.01);
        Run(TimeSpan.FromSeconds(20), layers: new LayerRange(0, 1));
        Assert.Equal(1, _rate.Report.Share ?? 1, 0.01);
    }

    [Fact]
    public void A_device_whose_process_stands_still_between_steps_is_slow_though_no_step_is()
    {
        Run(TimeSpan.FromSeconds(5));
        Run(TimeSpan.FromSeconds(3), running: Starved(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(0.1, _rate.Report.Share ?? 1, 0.01);
        Assert.True(_rate.Report.IsSuspected);
        Run(TimeSpan.FromSeconds(3));
        Assert.Equal(1, _rate.Report.Share ?? 1, 0.01);
    }

    [Fact]
    public void Standstills_that_long_steps_contain_do_not_count_twice()
    {
        Run(TimeSpan.FromSeconds(5));
        Run(TimeSpan.FromSeconds(3), slowness: 10, running: Starved(TimeSpan.FromMilliseconds(2)));
        Assert.Equal(0.1, _rate.Report.Share ?? 1, 0.01);
    }

    [Fact]
    public void A_slow_device_of_whose_steps_nothing_is_known_is_normal_again_if_its_process_runs()
    {
        Run(TimeSpan.FromSeconds(5));
        Run(TimeSpan.FromSeconds(3), slowness: 10);
        Run(TimeSpan.FromSeconds(20), slowness: 10, rows: 64, running: Starved(TimeSpan.FromMilliseconds(2)));
        Assert.Equal(0.1, _rate.Report.Share ?? 1, 0.01);
        Run(TimeSpan.FromSeconds(3), rows: 64);
        Assert.True(_rate.Report.IsSuspected);
        Run(TimeSpan.FromSeconds(7), rows: 64);
        Assert.Equal(1, _rate.Report.Share ?? 1, 0.01);
        Assert.False(_rate.Report.IsSuspected);
        Run(TimeSpan.FromSeconds(3), rows: 64, slowness: 4);
        Assert.Equal(0.25, _rate.Report.Share ?? 1, 0.01);
    }

    [Fact]
    public void A_slow_device_without_steps_is_normal_again_when_it_is_measured_so()
    {
        Run(TimeSpan.FromSeconds(5));
        Run(TimeSpan.FromSeconds(3), slowness: 10);
        Assert.True(_rate.Report.IsSuspected);
        _rate.Probed(new ProbeResult(1e9, 1e11, 1e8, 1e10));
        Assert.Equal(0.1, _rate.Report.Share ?? 1, 0.01);
        for (int i = 0; i < Options.Windows; i++)
        {
            _rate.Probed(new ProbeResult(1e9, 1e11, 0.9e9, 1e11));
        }

        Assert.Equal(0.9, _rate.Report.Share ?? 1, 0.01);
        Assert.False(_rate.Report.IsSuspected);
    }

    [Fact]
    public void Figures_that_were_measured_beside_other_work_rise_and_never_fall()
    {
        _rate.Probed(new ProbeResult(8e9, 5e10, 0, 0));
        Assert.Equal((8e9, 1e11), (_rate.Report.ReadBandwidth, _rate.Report.ArithmeticRate));
        _rate.Probed(new ProbeResult(1e9, 8e11, 0, 0));
        Assert.Equal((8e9, 8e11), (_rate.Report.ReadBandwidth, _rate.Report.ArithmeticRate));
        Assert.Null(_rate.Report.Share);
    }

    [Fact]
    public void Figures_from_an_earlier_process_are_replaced_by_the_first_measurement_without_other_work()
    {
        DeviceRate kept = new(Cost, 1e9, 1e11, Options, isKept: true);
        kept.Probed(new ProbeResult(2e8, 2e10, 0, 0)); // beside steps
        Assert.Equal((1e9, 1e11), (kept.Report.ReadBandwidth, kept.Report.ArithmeticRate));
        kept.Probed(new ProbeResult(5e8, 0.9e11, 5e8, 0.9e11));
        Assert.Equal((5e8, 1e11), (kept.Report.ReadBandwidth, kept.Report.ArithmeticRate));
        kept.Probed(new ProbeResult(1e8, 1e10, 1e8, 1e10));
        Assert.Equal((5e8, 1e11), (kept.Report.ReadBandwidth, kept.Report.ArithmeticRate));
    }

    [Fact]
    public void Noise_changes_no_figures()
    {
        _rate.Probed(new ProbeResult(1.2e9, 1.2e11, 1.1e9, 1.1e11));
        Assert.Equal((1e9, 1e11), (_rate.Report.ReadBandwidth, _rate.Report.ArithmeticRate));
    }

    [Fact]
    public void Steps_in_steady_state_allocate_nothing()
    {
        StepBatch batch = Batch();
        for (int i = 0; i < 2000; i++)
        {
            Step(batch, 1);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            Step(batch, 1);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static ModelCost Model() => new()
    {
        Layers = [.. Enumerable.Repeat(new LayerCost(1_000_000, 1_000_000, 1_000_000, 100), 8)],
        Head = new LayerCost(500_000, 500_000, 500_000, 0),
    };

    private static StepBatch Batch(int rows = 4)
    {
        StepBatch batch = new();
        for (int row = 0; row < rows; row++)
        {
            batch.Add([7], 40, [0, 1, 2], LogitRows.Last);
        }

        return batch;
    }

    /// <summary>A moment in which a process got a tenth of its processor, and ran for so long between two standstills.</summary>
    private static RunningTime Starved(TimeSpan run) => new(run * 10, run * 9, 1);

    private void Run(TimeSpan time, double slowness = 1, int rows = 4, LayerRange? layers = null, RunningTime running = default)
    {
        StepBatch batch = Batch(rows);
        for (TimeSpan end = _now + time; _now < end;)
        {
            Step(batch, slowness, layers);
            _rate.Ran(running);
        }
    }

    /// <summary>A step that takes so many times longer than predicted.</summary>
    private void Step(StepBatch batch, double slowness, LayerRange? layers = null)
    {
        TimeSpan took = TimeSpan.FromSeconds(Cost.Seconds(layers ?? Four, batch, 1e9, 1e11) * slowness);
        _now += took;
        _rate.Computed(layers ?? Four, batch, took, _now);
    }
}
