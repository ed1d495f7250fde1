using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Grains.Directory;
using OrleansInference.Silo.Metrics;
using DeviceState = OrleansInference.Grains.Directory.DeviceState;

namespace OrleansInference.ClusterTests.Metrics;

public sealed class ClusterMetricsTests
{
    private ClusterView _view = ClusterView.Empty;
    private NodeState _node = Node("a", first: 0, end: 4);

    [Fact]
    public void A_node_alone_without_a_routers_report_does_not_serve()
    {
        Dictionary<string, double> values = Observe();
        Assert.Equal(0, values["orleans_inference_router_serves{pipeline=0}"]);
        Assert.Equal(0, values["orleans_inference_cluster_nodes"]);
        Assert.Equal(0, values["orleans_inference_router_recovered_sequences{pipeline=0,strategy=full}"]);
        Assert.Equal(4, values["orleans_inference_device_layers{node=a,device=11}"]);
        Assert.Equal(0.25, values["orleans_inference_device_rate_ratio{node=a,device=11}"]);
    }

    [Fact]
    public void The_router_is_shown_as_in_its_last_report()
    {
        RouterSummary router = new()
        {
            Number = 3,
            Serves = true,
            Epoch = Epochs.After(Epochs.After(0, 2), 3),
            Sessions = 9,
            Recoveries = 2,
            Migrations = 5,
            Recovered = [7, 1, 4],
            RecoveryMilliseconds = [12, 34, 56, 78],
            LoadsRefused = 8,
            VerifiedPages = 31,
            UnprovenPages = 6,
            Refusals = [new RefusalSummary(12, 0, 4, "There is no room.")],
            TimedSteps = 20,
            Hops = 60,
            ComputingTime = TimeSpan.FromMilliseconds(300),
            WaitingTime = TimeSpan.FromMilliseconds(40),
            HopTime = TimeSpan.FromMilliseconds(15),
            Stages = [new StageSummary(11, 0, 4), new StageSummary(12, 4, 8)],
        };
        _view = new ClusterView([_node, Node("b", 4, 8) with { Draining = true }], router, [], "a");

        Dictionary<string, double> values = Observe();

        Assert.Equal(2, values["orleans_inference_cluster_nodes"]);
        Assert.Equal(1, values["orleans_inference_cluster_nodes_draining"]);
        Assert.Equal(1, values["orleans_inference_router_serves{pipeline=0}"]);
        Assert.Equal(3, values["orleans_inference_router_activation{pipeline=0}"]);
        Assert.Equal(2, values["orleans_inference_router_epoch{pipeline=0}"]);
        Assert.Equal(2, values["orleans_inference_router_stages{pipeline=0}"]);
        Assert.Equal(9, values["orleans_inference_router_sessions{pipeline=0}"]);
        Assert.Equal(2, values["orleans_inference_router_recoveries{pipeline=0}"]);
        Assert.Equal(5, values["orleans_inference_router_migrations{pipeline=0}"]);
        Assert.Equal(0.012, values["orleans_inference_router_recovery_seconds{pipeline=0,part=plan}"]);
        Assert.Equal(0.034, values["orleans_inference_router_recovery_seconds{pipeline=0,part=load}"]);
        Assert.Equal(0.056, values["orleans_inference_router_recovery_seconds{pipeline=0,part=replay}"]);
        Assert.Equal(0.078, values["orleans_inference_router_recovery_seconds{pipeline=0,part=inline_recompute}"]);
        Assert.Equal(1, values["orleans_inference_router_devices_without_room{pipeline=0}"]);
        Assert.Equal(8, values["orleans_inference_router_loads_refused{pipeline=0}"]);
        Assert.Equal(31, values["orleans_inference_router_verified_pages{pipeline=0}"]);
        Assert.Equal(6, values["orleans_inference_router_unproven_pages{pipeline=0}"]);
        Assert.Equal(20, values["orleans_inference_router_timed_steps{pipeline=0}"]);
        Assert.Equal(60, values["orleans_inference_router_hops{pipeline=0}"]);
        Assert.Equal(0.3, values["orleans_inference_router_step_seconds{pipeline=0,part=computing}"]);
        Assert.Equal(0.04, values["orleans_inference_router_step_seconds{pipeline=0,part=waiting}"]);
        Assert.Equal(0.015, values["orleans_inference_router_step_seconds{pipeline=0,part=hops}"]);
        Assert.Equal(7, values["orleans_inference_router_recovered_sequences{pipeline=0,strategy=journal}"]);
        Assert.Equal(1, values["orleans_inference_router_recovered_sequences{pipeline=0,strategy=prefix}"]);
        Assert.Equal(4, values["orleans_inference_router_recovered_sequences{pipeline=0,strategy=full}"]);
    }

    [Fact]
    public void Routers_and_plans_of_devices_are_distinguished_by_their_pipelines()
    {
        RouterSummary first = new() { Number = 3, Serves = true, Recovered = [1, 2, 3] };
        _view = new ClusterView([_node], first, [], "a") { Others = [first with { Pipeline = 2, Serves = false, Recovered = [4, 5, 6] }] };
        _node = _node with { Devices = [_node.Devices[0] with { Pipeline = 2, Epoch = Epochs.After(0, 1) }] };

        Dictionary<string, double> values = Observe();

        Assert.Equal(1, values["orleans_inference_router_serves{pipeline=0}"]);
        Assert.Equal(0, values["orleans_inference_router_serves{pipeline=2}"]);
        Assert.Equal(5, values["orleans_inference_router_recovered_sequences{pipeline=2,strategy=prefix}"]);
        Assert.Equal(1, values["orleans_inference_device_epoch{node=a,device=11,pipeline=2}"]);
    }

    [Fact]
    public void The_node_speaks_for_itself_alone()
    {
        _view = new ClusterView([_node, Node("b", 4, 8)], RouterSummary.None, [], "a");
        Dictionary<string, double> values = Observe();
        Assert.Equal(6, values["orleans_inference_node_sessions{node=a}"]);
        Assert.Equal(5, values["orleans_inference_node_streams{node=a}"]);
        Assert.DoesNotContain(values.Keys, static name => name.Contains("node=b", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_says_how_long_it_computed_and_what_left_it()
    {
        DeviceState device = _node.Devices[0] with { Steps = 9, Computing = TimeSpan.FromMilliseconds(80), Waiting = TimeSpan.FromMilliseconds(7), CopiedBytes = 6, ReplayedBytes = 5, Replaying = TimeSpan.FromMilliseconds(4), CorruptedPages = 2 };
        _node = _node with { Devices = [device, device with { Number = 12, Steps = 3 }] };
        Dictionary<string, double> values = Observe();
        Assert.Equal(9, values["orleans_inference_device_steps{node=a,device=11}"]);
        Assert.Equal(3, values["orleans_inference_device_steps{node=a,device=12}"]);
        Assert.Equal(0.08, values["orleans_inference_device_computing_seconds{node=a,device=11}"]);
        Assert.Equal(0.007, values["orleans_inference_device_waiting_seconds{node=a,device=11}"]);
        Assert.Equal(6, values["orleans_inference_device_copied_bytes{node=a,device=11}"]);
        Assert.Equal(5, values["orleans_inference_device_replayed_bytes{node=a,device=11}"]);
        Assert.Equal(0.004, values["orleans_inference_device_replaying_seconds{node=a,device=11}"]);
        Assert.Equal(2, values["orleans_inference_device_corrupted_pages{node=a,device=11}"]);
    }

    [Fact]
    public void A_device_without_layers_has_no_first_one()
    {
        _node = Node("a", 0, 0);
        Dictionary<string, double> values = Observe();
        Assert.Equal(0, values["orleans_inference_device_layers{node=a,device=11}"]);
        Assert.DoesNotContain(values.Keys, static name => name.StartsWith("orleans_inference_device_first_layer", StringComparison.Ordinal));
    }

    private static NodeState Node(string name, int first, int end) => new()
    {
        Name = name,
        Silo = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111), 1),
        Gateway = 10,
        Url = "http://localhost:8000",
        Terms = new ClusterConfig { Model = "demo", Fingerprint = "model", KvType = "f32", KvTokens = 64, MessageVersion = 1 },
        Sessions = 6,
        Streams = 5,
        Devices = [new DeviceState { Number = 11, MemoryBytes = 1 << 30, ReadBandwidth = 2e10, ArithmeticRate = 1e11, Pages = 64, StepTokens = 512, FirstLayer = first, EndLayer = end, RateShare = 0.25 }],
    };

    private Dictionary<string, double> Observe()
    {
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using ClusterMetrics metrics = new(services.GetRequiredService<IMeterFactory>(), () => _view, () => _node);
        Dictionary<string, double> values = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (ReferenceEquals(instrument.Meter, metrics.Meter))
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return values;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string labels = string.Join(",", tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"));
            values.Add(instrument.Name + (labels.Length > 0 ? $"{{{labels}}}" : string.Empty), value);
        }
    }
}
