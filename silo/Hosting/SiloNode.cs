using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using OrleansInference.Api;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Programs;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Cluster.Session;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Compute.Measurement;
using OrleansInference.Engine.Requests;
using OrleansInference.Grains.Access;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Silo.Admin;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Telemetry;
using OrleansInference.Text;
using SessionOptions = OrleansInference.Cluster.Session.SessionOptions;

namespace OrleansInference.Silo.Hosting;

/// <summary>A node from its options to a running silo with its front end.</summary>
public sealed class SiloNode : IAsyncDisposable
{
    private const long RooflineBytes = 256 << 20;
    private const int MostStarts = 5; // with ports that others were quicker to take

    private readonly WebApplication _application;
    private readonly InferenceNode _node;
    private readonly Checkpoint _checkpoint;
    private readonly IClusterStore _store;
    private readonly NodeExit _exit;
    private readonly CancellationTokenSource _cut; // breaks the connections of clients
    private readonly ILoggerFactory _logging; // of what is older than the application
    private StopRequests? _requests;

    private SiloNode(WebApplication application, InferenceNode node, Checkpoint checkpoint, IClusterStore store, NodeExit exit, CancellationTokenSource cut, ILoggerFactory logging)
    {
        _logging = logging;
        _exit = exit;
        _cut = cut;
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

    /// <param name="options">Of the node.</param>
    /// <param name="findPort">Finds a port that is free, where the options name none.</param>
    /// <exception cref="InferenceException">An option is out of range, the model cannot be loaded, or PostgreSQL cannot be reached.</exception>
    /// <exception cref="PortTakenException">A port that the options name is taken.</exception>
    public static async Task<SiloNode> StartAsync(SiloOptions options, Func<int>? findPort = null)
    {
        for (int starts = 1; ; starts++)
        {
            NodePorts ports = NodePorts.Choose(options, findPort ?? FreePorts.Find);
            try
            {
                return await StartAsync(options, ports);
            }
            catch (Exception failure) when (NodePorts.IsOfAPort(failure) && starts < MostStarts)
            {
                // Who was quicker has a port that the user has named, or one instead of which any other does.
                if (ports.TakenFor(failure) is { IsGiven: true } taken)
                {
                    throw new PortTakenException(taken, failure);
                }
            }
        }
    }

    private static async Task<SiloNode> StartAsync(SiloOptions options, NodePorts ports)
    {
        NodeTls? tls = NodeTls.Create(options);
        LogOutput.IsJson = options.LogFormat == "json";
        ILoggerFactory logging = SiloConfiguration.CreateLog();
        NodeExit exit = new(NameOf(options, ports));
        IClusterStore? store = null;
        Checkpoint? checkpoint = null;
        InferenceNode? node = null;
        WebApplication? application = null;
        CancellationTokenSource cut = new();
        try
        {
            store = await Stores.OpenAsync(options, logging.CreateLogger<PostgresClusterStore>());
            ClusterKey key = await Stores.KeyAsync(options, store);
            NodeNameCheck? names = store is PostgresClusterStore members
                ? new NodeNameCheck(members.Members, NameOf(options, ports), new IPEndPoint(options.Advertised!, ports.Silo.Number), logging.CreateLogger<NodeNameCheck>())
                : null;
            await (names?.BeforeJoiningAsync() ?? Task.CompletedTask);

            // Ends before the store does, also where the start fails.
            await using StaleMemberSweeper? leftBehind = store is PostgresClusterStore postgres
                ? StaleMemberSweeper.Watch(postgres.Members, SiloSetup.SignOfLifeInterval, logging.CreateLogger<StaleMemberSweeper>())
                : null;
            ModelText text = ModelText.Read(options.Model);
            checkpoint = Checkpoint.Open(options.Model);
            LoadLog loads = new(logging.CreateLogger<LoadLog>());
            node = new InferenceNode(Setup(options, checkpoint, store, logging.CreateLogger<InferenceNode>(), loads, tls, ports), await store.NextNodesAsync(1 + options.Devices));
            foreach (ActorThread thread in (ActorThread[])[node.Front, .. node.Devices])
            {
                thread.Failed = defect => exit.End($"the thread '{Thread.CurrentThread.Name}'", defect);
            }

            node.Start();
            Task warmedUp = Task.Run(node.WarmUp);
            application = InferenceServer.Build(node.Service, text, options.Server, configure: builder => Configure(builder, options, node, exit, key, tls, ports));
            application.Use(next => context => AbortWith(context, next, cut.Token));
            application.MapAdmin(options);
            OpenDoors.Warn(options, application.Services.GetRequiredService<IOptions<ApiOptions>>().Value, logging.CreateLogger(typeof(OpenDoors)));
            ports.RequireHttp();
            await application.StartAsync();
            Task announced = Task.Run(() => WarmUpDirectory(application.Services));
            await (names?.AfterJoiningAsync() ?? Task.CompletedTask);
            await application.Services.GetRequiredService<NodeAnnouncer>().Admitted;
            await Task.WhenAll(warmedUp, announced);
            return new SiloNode(application, node, checkpoint, store, exit, cut, logging);
        }
        catch
        {
            if (application is not null)
            {
                await AbandonAsync(application);
            }

            node?.Dispose();
            checkpoint?.Dispose();
            if (store is not null)
            {
                await Stores.CloseAsync(store);
            }

            cut.Dispose();
            exit.Dispose();
            logging.Dispose();
            throw;
        }
    }

    /// <summary>Does once what a directory does, so that streams wait less when it comes here.</summary>
    private static void WarmUpDirectory(IServiceProvider services) =>
        new DirectoryWarmUp(services.GetRequiredService<Serializer>()).Run(services.GetRequiredService<NodeAnnouncer>().State());

    /// <summary>Returns after Ctrl-C, SIGTERM or an administrator's drain, when the node has handed over, or when a part of it has failed; see <see cref="StopRequests"/>.</summary>
    /// <returns>The process' exit code.</returns>
    public async Task<int> WaitForShutdownAsync()
    {
        _requests = ActivatorUtilities.CreateInstance<StopRequests>(Services);
        Services.GetRequiredService<NodeAnnouncer>().DrainWanted = _requests.OnDrainWanted;
        using CancellationTokenRegistration stopping = _application.Lifetime.ApplicationStopping.Register(_requests.OnHostStopping);
        bool asked = await _requests.Stop;
        if (!asked)
        {
            if (HostFailure.Find(Services) is { } failure)
            {
                _exit.Say(failure.Part, failure.Error);
            }
            else
            {
                _exit.Say("its host stopped without a request");
            }
        }

        if (!await Services.GetRequiredService<NodeDrain>().RunAsync(_requests.Hurry))
        {
            // Without an error event: to its client the connection of a stream breaks, and it goes on elsewhere.
            await _cut.CancelAsync();
        }

        return asked ? ExitCode.Success : ExitCode.StartAgain;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _node.Dispose();
        _checkpoint.Dispose();
        await Stores.CloseAsync(_store);
        _cut.Dispose();
        _exit.Dispose();
        _logging.Dispose();
        _requests?.Dispose(); // until here a signal that is repeated does not end the process
    }

    /// <summary>Stops what has started of an application whose start failed.</summary>
    private static async Task AbandonAsync(WebApplication application)
    {
        try
        {
            await application.StopAsync();
        }
        catch (Exception)
        {
            // A silo that has not started refuses to stop. What counts is what the start failed with, which the caller throws again.
        }

        await application.DisposeAsync();
    }

    private static async Task AbortWith(HttpContext context, RequestDelegate next, CancellationToken cut)
    {
        using CancellationTokenRegistration aborting = cut.UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
        await next(context);
    }

    private static string NameOf(SiloOptions options, NodePorts ports) => options.Node ?? $"{Dns.GetHostName()}-{ports.Silo.Number}";

    private static NodeSetup Setup(SiloOptions options, Checkpoint checkpoint, IClusterStore store, ILogger logger, LoadLog loads, NodeTls? tls, NodePorts ports)
    {
        DeviceModel[] devices = [.. Enumerable.Range(0, options.Devices).Select(_ => new DeviceModel(checkpoint, options.Compute, options.DeviceBytes / options.Devices))];
        string name = NameOf(options, ports);
        int kvBytes = options.Compute.KvType == KvType.Float32 ? sizeof(float) : sizeof(ushort);
        int pageTokens = devices[0].PageCount * KvLayout.PageTokens;
        string folder = Path.GetFullPath(options.Model);
        using Roofline roofline = new(options.Threads, RooflineBytes);
        ServedModel model = ServedModels.Describe(checkpoint, folder, options.Name ?? ServedModels.NameOf(folder), options.Compute.KvType, pageTokens);
        return new NodeSetup
        {
            Name = name,
            Model = model,
            Terms = new ClusterConfig
            {
                Model = model.Id,
                Fingerprint = model.Fingerprint,
                KvType = options.KvType,
                KvTokens = pageTokens,
                KvOffloadTokens = devices[0].HostPages * KvLayout.PageTokens,
                Stages = options.Stages,
                FurtherPipelines = options.Pipelines - 1,
                MessageVersion = WireWriter.Version,
            },
            Work = [.. devices.Select(device => new ModelWork(device) { Loading = loads.OnLoading })],
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
            Logger = logger,
            Costs = ModelCost.From(checkpoint.Spec, kvBytes: kvBytes),
            StepTokens = options.Compute.MaxStepTokens,
            Links = ports.Link is { } link ? new IPEndPoint(options.Listening, link.Number) : null,
            LinkTls = tls?.OfLinks,
            Serving = options.Serving,
            Sessions = new SessionOptions { ResumeWithin = TimeSpan.FromSeconds(options.ResumeWithin) },
            Planner = new PlannerOptions { KvTokens = pageTokens, StageBytes = devices[0].WorkspaceBytes },
            Control = options.Control,
        };
    }

    /// <summary>Others may have been at work meanwhile: what the device can do is what it did at its best.</summary>
    private static double Best(Func<double> measure) => Enumerable.Range(0, 5).Max(_ => measure());

    private static void Configure(WebApplicationBuilder builder, SiloOptions options, InferenceNode node, NodeExit exit, ClusterKey key, NodeTls? tls, NodePorts ports)
    {
        SiloConfiguration.AddSources(builder.Configuration, reload: true);
        builder.Logging.AddNodeLog(builder.Configuration, LogOutput.IsJson);
        builder.AddTelemetry(node.Setup.Name, node.Model.Id);
        builder.Services.Configure<ConsoleLifetimeOptions>(static lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        builder.Services.AddSingleton(options);
        builder.AddInferenceSilo(options, node, exit, key, tls, ports);
    }
}
