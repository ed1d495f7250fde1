using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using OrleansInference.Api;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Programs;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Cluster.Session;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Compute.Measurement;
using OrleansInference.Grains.Access;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Silo.Admin;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Telemetry;
using SessionOptions = OrleansInference.Cluster.Session.SessionOptions;

namespace OrleansInference.Silo.Hosting;

/// <summary>Running node: its options, its silo and its front end.</summary>
public sealed partial class SiloNode : IAsyncDisposable
{
    private const int MostStarts = 5; // with ports that other programs took first

    private static readonly TimeSpan ReadyEvery = TimeSpan.FromMilliseconds(50);

    private readonly WebApplication _application;
    private readonly InferenceNode _node;
    private readonly NodeModel _model;
    private readonly Stores _stores;
    private readonly NodeAudit? _audit;
    private readonly NodeExit _exit;
    private readonly CancellationTokenSource _cut; // breaks the connections of clients
    private readonly ILoggerFactory _logging; // for the parts that start before the application
    private StopRequests? _requests;

    private SiloNode(WebApplication application, InferenceNode node, NodeModel model, Stores stores, NodeAudit? audit, NodeExit exit, CancellationTokenSource cut, ILoggerFactory logging)
    {
        _logging = logging;
        _audit = audit;
        _exit = exit;
        _cut = cut;
        _application = application;
        _node = node;
        _model = model;
        _stores = stores;
    }

    public string Name => _node.Setup.Name;

    public string Model => _node.Model.Id;

    /// <summary>Text of the first administrator's key if this start has created it; otherwise null. It is not stored.</summary>
    public string? FirstKey { get; private init; }

    public IServiceProvider Services => _application.Services;

    /// <summary>Address of the HTTP interface for this machine.</summary>
    public string Url => _application.Services.GetRequiredService<NodeAddress>().Url;

    /// <param name="options">Options of the node; valid.</param>
    /// <param name="output">Receives the progress; none by default.</param>
    /// <param name="findPort">Finds a free port if the options name none.</param>
    /// <exception cref="InferenceException">An option is out of range, the model cannot be loaded, or PostgreSQL cannot be reached.</exception>
    /// <exception cref="PortTakenException">A port that the options name is taken.</exception>
    public static async Task<SiloNode> StartAsync(NodeOptions options, StartOutput? output = null, Func<int>? findPort = null)
    {
        for (int starts = 1; ; starts++)
        {
            NodePorts ports = NodePorts.Choose(options, findPort ?? FreePorts.Find);
            try
            {
                return await StartAsync(options, output ?? StartOutput.None, ports);
            }
            catch (Exception failure) when (NodePorts.IsOfAPort(failure) && starts < MostStarts)
            {
                // The taken port is one that the user named, or one that the node can replace by any other.
                if (ports.TakenFor(failure) is { IsGiven: true } taken)
                {
                    throw new PortTakenException(taken, failure);
                }
            }
        }
    }

    private static async Task<SiloNode> StartAsync(NodeOptions options, StartOutput output, NodePorts ports)
    {
        NodeTls? tls = NodeTls.Create(options.Security);
        ILoggerFactory logging = NodeConfiguration.CreateLog();
        NodeExit exit = new(NameOf(options, ports));
        Stores? stores = null;
        NodeAudit? audit = null;
        Task<NodeModel>? opening = null;
        InferenceNode? created = null;
        WebApplication? application = null;
        CancellationTokenSource cut = new();
        try
        {
            output.Say($"Loading {options.Checkpoint.Id} from {options.Checkpoint.Model}");

            LoadLog loads = new(logging.CreateLogger<LoadLog>());

            // Runs in parallel with the queries to the database.
            opening = Task.Run(() => NodeModel.Open(options, output, loads));
            stores = await Stores.OpenAsync(options, logging.CreateLogger<PostgresClusterStore>());
            ClusterKey key = await stores.KeyAsync();
            NodeNameCheck? names = stores.Postgres is { } members
                ? new NodeNameCheck(members.Members, NameOf(options, ports), new IPEndPoint(options.Member.Advertised!, ports.Silo.Number), logging.CreateLogger<NodeNameCheck>())
                : null;
            await (names?.BeforeJoiningAsync() ?? Task.CompletedTask);

            audit = NodeAudit.Open(options, stores.AuditHeads, key, NameOf(options, ports), logging.CreateLogger<NodeAudit>());

            // The sweeper ends before the store, also if the start fails.
            await using StaleMemberSweeper? leftBehind = stores.Postgres is { } postgres
                ? StaleMemberSweeper.Watch(postgres.Members, SiloSetup.SignOfLifeInterval, logging.CreateLogger<StaleMemberSweeper>())
                : null;
            NodeModel model = await opening;
            InferenceNode node = created = new InferenceNode(Setup(options, model, stores.Cluster, logging.CreateLogger<InferenceNode>(), tls, ports), await stores.Cluster.NextNodesAsync(1 + options.Devices.Count));
            foreach (ActorThread thread in (ActorThread[])[node.Front, .. node.Devices])
            {
                thread.Failed = defect => exit.End($"the thread '{Thread.CurrentThread.Name}'", defect);
            }

            node.Start();

            // Nothing waits for it: an earlier request compiles the code itself.
            ILogger<SiloNode> logger = logging.CreateLogger<SiloNode>();
            WarmUp(
                () =>
                {
                    model.WarmUpText();
                    node.WarmUp();
                },
                logger,
                cut.Token);
            application = InferenceServer.Build(node.Service, model.Text, options.Http.Server, configure: builder =>
            {
                builder.Services.AddSingleton(stores.Tenancy).AddSingleton(stores.Usage).AddSingleton(stores.Quotas).AddSingleton(stores.Responses).AddSingleton(stores.Conversations);
                builder.Services.AddSingleton(stores.AuditHeads).AddSingleton(new RequestFingerprints(key.Derive("request fingerprints"u8))).AddSingleton(new TenantWatermarks(key.Derive("watermarks"u8)));
                if (audit is not null)
                {
                    builder.Services.AddSingleton(audit.ForServer(options.Audit));
                }

                Configure(builder, options, output, node, exit, key, tls, ports);
            });
            StartGate gate = new();
            application.Use(next => context => gate.PassAsync(context, next));
            application.Use(next => context => AbortWith(context, next, cut.Token));
            application.MapAdmin(options.Http.Dashboard);
            ApiOptions api = application.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
            string? firstKey = await Hosting.FirstKey.CreateAsync(options.Http.Server, api, stores.Tenancy);
            if (firstKey is not null)
            {
                await (audit?.AddFirstKeyAsync() ?? Task.CompletedTask);
            }

            await OpenDoors.WarnAsync(options, api, stores.Tenancy, logging.CreateLogger(typeof(OpenDoors)));
            ports.RequireHttp();
            await application.StartAsync();
            IServiceProvider services = application.Services;
            WarmUp(() => WarmUpDirectory(services), logger, cut.Token);
            await (names?.AfterJoiningAsync() ?? Task.CompletedTask);
            await application.Services.GetRequiredService<NodeAnnouncer>().Admitted;
            gate.Open();
            return new SiloNode(application, node, model, stores, audit, exit, cut, logging) { FirstKey = firstKey };
        }
        catch
        {
            if (application is not null)
            {
                await AbandonAsync(application);
            }

            created?.Dispose();
            await NodeModel.DisposeAsync(opening, created is null);
            await (audit?.DisposeAsync() ?? ValueTask.CompletedTask);
            if (stores is not null)
            {
                await stores.DisposeAsync();
            }

            cut.Dispose();
            exit.Dispose();
            logging.Dispose();
            throw;
        }
    }

    /// <summary>Runs a warm-up beside the start. The node serves without it, so a defect in it is logged only.</summary>
    private static void WarmUp(Action work, ILogger logger, CancellationToken stopped) => Task.Run(
        () =>
        {
            try
            {
                work();
            }
            catch (Exception defect) when (!stopped.IsCancellationRequested)
            {
                WarmUpFailed(logger, defect);
            }
            catch (Exception)
            {
                // What it used ended with the node.
            }
        },
        CancellationToken.None);

    [LoggerMessage(LogLevel.Warning, "A part of the warm-up failed; the code that it did not reach is compiled with the first requests.")]
    private static partial void WarmUpFailed(ILogger logger, Exception defect);

    /// <summary>Runs the work of a directory once, so that streams wait less when the directory moves here.</summary>
    private static void WarmUpDirectory(IServiceProvider services) =>
        new DirectoryWarmUp(services.GetRequiredService<Serializer>()).Run(services.GetRequiredService<NodeAnnouncer>().State());

    /// <summary>
    /// Waits for the end of the node: after Ctrl-C, SIGTERM or an administrator's drain, when the node has handed over, or when a part of it has failed; see
    /// <see cref="StopRequests"/>.
    /// </summary>
    /// <returns>Exit code of the process.</returns>
    public async Task<int> WaitForShutdownAsync()
    {
        _requests = ActivatorUtilities.CreateInstance<StopRequests>(Services);
        Services.GetRequiredService<NodeAnnouncer>().DrainRequested = _requests.OnDrainRequested;
        using CancellationTokenRegistration stopping = _application.Lifetime.ApplicationStopping.Register(_requests.OnHostStopping);
        bool asked = await _requests.Stop;
        if (!asked)
        {
            if (HostFailure.Find(Services) is { } failure)
            {
                _exit.LogReason(failure.Part, failure.Error);
            }
            else
            {
                _exit.LogReason("its host stopped without a request");
            }
        }

        if (!await Services.GetRequiredService<NodeDrain>().RunAsync(_requests.Hurry))
        {
            // No error event is sent: the client sees a broken connection and resumes elsewhere.
            await _cut.CancelAsync();
        }

        return asked ? ExitCode.Success : ExitCode.StartAgain;
    }

    /// <summary>Prints a line when requests are served, unless they are already.</summary>
    public async Task SayWhenReadyAsync(StartOutput output)
    {
        if (_node.Service.Status.Ready)
        {
            return;
        }

        output.Say("Waiting for the model's layers; /health answers 503 until requests are served");
        while (!_node.Service.Status.Ready)
        {
            await Task.Delay(ReadyEvery);
        }

        output.Note("The model is loaded; the node serves requests.");
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _node.Dispose();
        _model.Dispose();
        await (_audit?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _stores.DisposeAsync();
        _cut.Dispose();
        _exit.Dispose();
        _logging.Dispose();
        _requests?.Dispose(); // until here a repeated signal does not end the process
    }

    /// <summary>Stops the started parts of an application whose start failed.</summary>
    private static async Task AbandonAsync(WebApplication application)
    {
        try
        {
            await application.StopAsync();
        }
        catch (Exception)
        {
            // A silo that has not started refuses to stop. The caller rethrows the exception of the start, which is the relevant one.
        }

        await application.DisposeAsync();
    }

    private static async Task AbortWith(HttpContext context, RequestDelegate next, CancellationToken cut)
    {
        using CancellationTokenRegistration aborting = cut.UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
        await next(context);
    }

    private static string NameOf(NodeOptions options, NodePorts ports) => options.Member.Node ?? $"{Dns.GetHostName()}-{ports.Silo.Number}";

    private static NodeSetup Setup(NodeOptions options, NodeModel model, IClusterStore store, ILogger logger, NodeTls? tls, NodePorts ports)
    {
        string name = NameOf(options, ports);
        DeviceModel device = model.Devices[0];
        int pageTokens = device.PageCount * KvLayout.PageTokens;
        bool isFloat = options.Compute.KvType == KvType.Float32;
        return new NodeSetup
        {
            Name = name,
            Model = model.Served,
            Terms = new ClusterConfig
            {
                Model = model.Served.Id,
                Fingerprint = model.Served.Fingerprint,
                KvType = isFloat ? "f32" : "bf16",
                KvTokens = pageTokens,
                KvOffloadTokens = device.HostPages * KvLayout.PageTokens,
                Stages = options.Member.Stages,
                FurtherPipelines = options.Member.Pipelines - 1,
                MessageVersion = WireWriter.Version,
            },
            Work = model.Work,
            Device = new DeviceDescription
            {
                Id = name,
                Node = name,
                MemoryBytes = options.Devices.Bytes / options.Devices.Count,
                ReadBandwidth = model.Rates.ReadBytesPerSecond,
                ArithmeticRate = model.Rates.Flops,
            },
            RatesAreKept = model.RatesAreKept,
            Measured = model.Keep,
            Roofline = () => NodeModel.CreateRoofline(options),

            // No other node can join a cluster without a database.
            ExpectsAllLayers = options.Database.Postgres is null && options.Devices.Count == 1 && options.Member.Stages is null or 1,
            Store = store,
            Logger = logger,
            Costs = ModelCost.From(model.Checkpoint.Spec, kvBytes: isFloat ? sizeof(float) : sizeof(ushort)),
            StepTokens = options.Compute.MaxStepTokens,
            Links = ports.Link is { } link ? new IPEndPoint(options.Member.Listening, link.Number) : null,
            LinkTls = tls?.OfLinks,
            Serving = options.Serving,
            Sessions = options.Sessions,
            Planner = new PlannerOptions { KvTokens = pageTokens, StageBytes = device.WorkspaceBytes },
            Control = options.Control,
        };
    }

    private static void Configure(WebApplicationBuilder builder, NodeOptions options, StartOutput output, InferenceNode node, NodeExit exit, ClusterKey key, NodeTls? tls, NodePorts ports)
    {
        NodeConfiguration.AddSources(builder.Configuration, reload: true);
        builder.Logging.AddNodeLog(builder.Configuration, LogOutput.IsJson);
        builder.AddTelemetry(node.Setup.Name, node.Model.Id);
        builder.Services.Configure<ConsoleLifetimeOptions>(static lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        builder.Services.AddSingleton(options).AddSingleton(output);
        builder.AddInferenceSilo(options, node, exit, key, tls, ports);
        builder.Host.ConfigureContainer<IServiceCollection>(static (_, services) => StartServerFirst(services));
    }

    /// <summary>
    /// Starts the HTTP server before the node joins, so that it can answer health requests; see <see cref="StartGate"/>. ASP.NET registers its server as the
    /// last service, to start after all others.
    /// </summary>
    private static void StartServerFirst(IServiceCollection services)
    {
        ServiceDescriptor server = services.Last(static service => service.ServiceType == typeof(IHostedService));
        services.Remove(server);
        services.Insert(0, server);
    }
}
