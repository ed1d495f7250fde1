using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Console;
using OrleansInference.Api;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Compute.Measurement;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;
using OrleansInference.Serving.Planning;
using OrleansInference.Silo.Admin;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Hosting;

/// <summary>A node from its options to a running silo with its front end.</summary>
internal sealed class SiloNode : IAsyncDisposable
{
    private const long RooflineBytes = 256 << 20;

    private readonly WebApplication _application;
    private readonly InferenceNode _node;
    private readonly Checkpoint _checkpoint;
    private readonly IClusterStore _store;

    private SiloNode(WebApplication application, InferenceNode node, Checkpoint checkpoint, IClusterStore store)
    {
        _application = application;
        _node = node;
        _checkpoint = checkpoint;
        _store = store;
    }

    public string Name => _node.Setup.Name;

    public string Model => _node.Model.Id;

    public IServiceProvider Services => _application.Services;

    /// <summary>Where HTTP can be reached from this machine.</summary>
    public string Url => _application.Services.GetRequiredService<NodeAddress>().Url;

    /// <exception cref="InferenceException">An option is out of range, the model cannot be loaded, a port is in use, or PostgreSQL cannot be reached.</exception>
    public static async Task<SiloNode> StartAsync(SiloOptions options)
    {
        NodeTls? tls = NodeTls.Create(options);
        int siloPort = FreePort(options.SiloPort, nameof(SiloOptions.SiloPort));
        using ILoggerFactory logging = LoggerFactory.Create(static builder => builder.SetMinimumLevel(LogLevel.Warning).AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        IClusterStore store = await Stores.OpenAsync(options, logging.CreateLogger("Storage"));
        Checkpoint? checkpoint = null;
        InferenceNode? node = null;
        WebApplication? application = null;
        try
        {
            NodeNameCheck? names = store is PostgresClusterStore members
                ? new NodeNameCheck(members.Members, NameOf(options, siloPort), new IPEndPoint(options.Advertised!, siloPort), logging.CreateLogger<NodeNameCheck>())
                : null;
            await (names?.BeforeJoiningAsync() ?? Task.CompletedTask);

            // Ends before the store does, also where the start fails.
            await using LeftBehind? leftBehind = store is PostgresClusterStore postgres
                ? LeftBehind.Watch(postgres.Members, SiloSetup.SignOfLifeEvery, logging.CreateLogger<LeftBehind>())
                : null;
            checkpoint = Checkpoint.Open(options.Model);
            node = new InferenceNode(Setup(options, checkpoint, store, tls, siloPort), await store.NextNodesAsync(1 + options.Devices));
            Array.ForEach([node.Front, .. node.Devices], static (MachineThread thread) => thread.Failed = EndOnDefect);
            node.Start();
            Task rehearsed = Task.Run(node.Rehearse);
            ServerOptions server = new() { Address = options.Address, Port = options.Port };
            application = InferenceServer.Build(node.Service, server, configure: builder => Configure(builder, options, node, tls, siloPort));
            application.MapAdmin(options);
            await application.StartAsync();
            await (names?.AfterJoiningAsync() ?? Task.CompletedTask);
            await application.Services.GetRequiredService<NodeAnnouncer>().Admitted;
            await rehearsed;
            return new SiloNode(application, node, checkpoint, store);
        }
        catch
        {
            if (application is not null)
            {
                await application.StopAsync();
                await application.DisposeAsync();
            }

            node?.Dispose();
            checkpoint?.Dispose();
            await Stores.CloseAsync(store);
            throw;
        }
    }

    /// <summary>Returns after Ctrl-C, SIGTERM or an administrator's drain, when the node has handed over; a second signal hurries it.</summary>
    public async Task WaitForShutdownAsync()
    {
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource hurry = new();
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Signalled);
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Signalled);
        _application.Services.GetRequiredService<NodeAnnouncer>().DrainWanted = () => stop.TrySetResult();
        _application.Lifetime.ApplicationStopping.Register(() => stop.TrySetResult());
        await stop.Task;
        await _application.Services.GetRequiredService<NodeDrain>().RunAsync(hurry.Token);

        void Signalled(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (!stop.TrySetResult())
            {
                hurry.Cancel();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _node.Dispose();
        _checkpoint.Dispose();
        await Stores.CloseAsync(_store);
    }

    private static string NameOf(SiloOptions options, int siloPort) => options.Node ?? $"{Dns.GetHostName()}-{siloPort}";

    private static NodeSetup Setup(SiloOptions options, Checkpoint checkpoint, IClusterStore store, NodeTls? tls, int siloPort)
    {
        DeviceModel[] devices = [.. Enumerable.Range(0, options.Devices).Select(_ => new DeviceModel(checkpoint, options.Compute, options.DeviceBytes / options.Devices))];
        string name = NameOf(options, siloPort);
        int kvBytes = options.Compute.KvType == KvType.Float32 ? sizeof(float) : sizeof(ushort);
        int pageTokens = devices[0].PageCount * KvLayout.PageTokens;
        string folder = Path.GetFullPath(options.Model);
        using Roofline roofline = new(options.Threads, RooflineBytes);
        ServedModel model = ServedModels.Describe(checkpoint, folder, options.Name ?? ServedModels.NameOf(folder), options.Compute.KvType, pageTokens);
        return new NodeSetup
        {
            Name = name,
            Model = model,
            Terms = new NodeTerms
            {
                Model = model.Id,
                Fingerprint = model.Fingerprint,
                KvType = options.KvType,
                KvTokens = pageTokens,
                Stages = options.Stages,
                FurtherPipelines = options.Pipelines - 1,
                MessageVersion = WireWriter.Version,
            },
            Work = [.. devices.Select(static device => new ModelWork(device))],
            Device = new DeviceDescription
            {
                Id = name,
                Node = name,
                MemoryBytes = options.DeviceBytes / options.Devices,
                ReadBandwidth = Best(roofline.MeasureReadBytesPerSecond),
                ArithmeticRate = Best(roofline.MeasureFlops),
            },
            Roofline = () => new Roofline(options.Threads, RooflineBytes),
            Store = store,
            Costs = ModelCost.From(checkpoint.Spec, kvBytes: kvBytes),
            StepTokens = options.Compute.MaxStepTokens,
            Links = options.Links == "on" ? LinksOf(options) : null,
            LinkTls = tls?.OfLinks,
            Serving = options.Serving,
            Sessions = new Serving.Control.SessionOptions { ResumeWithin = TimeSpan.FromSeconds(options.ResumeWithin) },
            Planner = new PlannerOptions { KvTokens = pageTokens, StageBytes = devices[0].WorkspaceBytes },
            Control = options.Control,
        };
    }

    private static void EndOnDefect(Exception error) =>
        Environment.FailFast("A thread of the node ended on a defect; the rest of the cluster goes on without the node.", error);

    /// <summary>Others may have been at work meanwhile: what the device can do is what it did at its best.</summary>
    private static double Best(Func<double> measure) => Enumerable.Range(0, 5).Max(_ => measure());

    private static void Configure(WebApplicationBuilder builder, SiloOptions options, InferenceNode node, NodeTls? tls, int siloPort)
    {
        builder.Configuration.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Orleans", LogLevel.Error).AddFilter(nameof(OrleansInference), LogLevel.Warning)
            // A letter to a node that is gone is dropped, and repeated by its sender.
            .AddFilter("Orleans.Messaging", LogLevel.Critical).AddFilter("Orleans.Runtime.GrainCallCancellationManager", LogLevel.Critical)
            // SelfEviction says that the silo was declared dead.
            .AddFilter("Orleans.Runtime.MembershipService.MembershipTableManager", LogLevel.Critical)
            // That a grain of such a node finds no place is tried again by Orleans and told by this.
            .AddFilter("Polly", LogLevel.Critical);
        builder.Services.Configure<ConsoleLoggerOptions>(static logging => logging.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<ConsoleLifetimeOptions>(static lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        builder.Services.AddSingleton(options);
        builder.AddInferenceSilo(options, node, tls, siloPort);
    }

    /// <summary>Where links are taken: from this machine alone, if that is where the other nodes are.</summary>
    private static IPEndPoint LinksOf(SiloOptions options) => new(
        IPAddress.IsLoopback(options.Advertised!) ? options.Advertised! : IPAddress.Any, FreePort(options.LinkPort, nameof(SiloOptions.LinkPort)));

    /// <summary>Orleans lets two silos share a port without a word.</summary>
    private static int FreePort(int port, string name)
    {
        if (port != 0 && !FreePorts.IsFree(port))
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{name} is {port}, which is in use already; expected a free port, or 0 for any.", name);
        }

        return port == 0 ? FreePorts.Find() : port;
    }
}
