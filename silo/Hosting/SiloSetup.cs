using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;
using OrleansInference.Api.Metrics;
using OrleansInference.Grains.Access;
using OrleansInference.Grains.Nodes;
using OrleansInference.Grains.Placement;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Metrics;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Hosting;

/// <summary>Adds a serving silo to an application.</summary>
public static class SiloSetup
{
    /// <summary>
    /// Interval at which Orleans itself writes a silo's sign of life, in addition to <see cref="SignsOfLife"/>. A starting silo need not wait for a silo that
    /// has missed three of them.
    /// </summary>
    internal static readonly TimeSpan SignOfLifeInterval = TimeSpan.FromSeconds(5);

    /// <summary>Adds Orleans with the cluster's configuration, and the node's own services.</summary>
    internal static void AddInferenceSilo(this WebApplicationBuilder builder, NodeOptions options, InferenceNode node, NodeExit exit, ClusterKey key, NodeTls? tls, NodePorts ports)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton(node);
        services.AddSingleton(node.Transport);
        services.AddSingleton<NodeAddress>();
        services.AddHostedService<NodeListening>();
        services.AddSingleton<ConnectionWatcher>();
        services.AddSingleton<NodeAnnouncer>();
        services.AddSingleton<IFatalErrorHandler>(new SelfEviction(exit));
        if (node.Setup.Store is PostgresClusterStore signs)
        {
            // Registered before Orleans: a silo writes signs while it joins.
            services.AddSingleton(new MembershipJudge(TimeProvider.System));
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SignsOfLife>(provider, signs.Members));
        }

        services.AddSingleton<NodeDrain>();
        services.AddSingleton<IHostLifetime, DrainFirstLifetime>();
        services.AddSingleton<IMetricSource>(provider => new ClusterMetrics(
            provider.GetRequiredService<IMeterFactory>(), () => node.Figures.View, () => provider.GetRequiredService<NodeAnnouncer>().State(), node.Figures.RefreshAsync));
        services.AddSingleton<IMetricSource>(new MeterSource(node.Metrics.Meter));
        services.AddSingleton<IMetricSource>(provider => new VllmMetrics(provider.GetRequiredService<IMeterFactory>(), () => node.RouterReports));
        services.AddPlacementDirector<PinnedPlacement, PinnedPlacementDirector>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClusterGate>(provider, key, TimeProvider.System));
        services.AddOptions<SiloConnectionOptions>().Configure<ConnectionWatcher, ClusterGate>(static (connections, watcher, gate) =>
        {
            connections.ConfigureSiloOutboundConnection(connection => connection.Use(watcher.WatchOutbound));
            connections.ConfigureSiloInboundConnection(connection => connection.Use(gate.Limit).Use(watcher.WatchInbound));
            connections.ConfigureGatewayInboundConnection(connection => connection.Use(gate.Limit));
        });
        builder.Host.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Member.ClusterId, "orleans-inference"));
            silo.Configure<SiloOptions>(own => own.SiloName = node.Setup.Name);
            silo.ConfigureEndpoints(options.Member.Advertised!, ports.Silo.Number, ports.Gateway.Number);
            silo.Configure<EndpointOptions>(endpoints =>
            {
                // Without a port for clients there must be no endpoint: Orleans opens a listener for every endpoint that it finds.
                endpoints.SiloListeningEndpoint = new IPEndPoint(options.Member.Listening, ports.Silo.Number);
                endpoints.GatewayListeningEndpoint = ports.Gateway.Number == 0 ? null : new IPEndPoint(options.Member.Listening, ports.Gateway.Number);
            });
            tls?.AddTo(silo);

            // After TLS: the proof is sent inside TLS.
            silo.Services.AddOptions<SiloConnectionOptions>().Configure<ClusterGate>(static (connections, gate) =>
            {
                connections.ConfigureSiloOutboundConnection(connection => connection.Use(gate.Call(ClusterPort.Silo)));
                connections.ConfigureSiloInboundConnection(connection => connection.Use(gate.Answer(ClusterPort.Silo)));
                connections.ConfigureGatewayInboundConnection(connection => connection.Use(gate.Answer(ClusterPort.Gateway)));
            });
            silo.AddClustering(options, ports.Silo.Number);
            silo.AddFailureDetection();
            if (options.Http.Dashboard)
            {
                silo.AddDashboard();
            }
        });

        // Registered after Orleans: these services call grains when they start, and stop before Orleans.
        services.AddHostedService(static provider => provider.GetRequiredService<NodeAnnouncer>());
        if (node.Setup.Store is PostgresClusterStore postgres)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SelfEvictionWatcher>(provider, postgres.Members));
        }
    }

    private static void AddClustering(this ISiloBuilder silo, NodeOptions options, int siloPort)
    {
        if (options.Database.Postgres is not { } connection)
        {
            silo.UseDevelopmentClustering(new IPEndPoint(options.Member.Advertised!, siloPort));
        }
        else
        {
            PostgresOptions postgres = new() { ConnectionString = connection, ClusterId = options.Member.ClusterId };
            silo.UseAdoNetClustering(clustering => (clustering.Invariant, clustering.ConnectionString) = ("Npgsql", postgres.MembershipConnectionString));
            silo.Services.AddSingleton<AdoNetClusteringTable>();
            silo.Services.AddSingleton<IMembershipTable>(static provider =>
                ActivatorUtilities.CreateInstance<JudgedMembershipTable>(provider, provider.GetRequiredService<AdoNetClusteringTable>()));
        }
    }

    /// <summary>Configures the detection of lost silos, which docs/recovery.md describes.</summary>
    private static void AddFailureDetection(this ISiloBuilder silo)
    {
        silo.Configure<ClusterMembershipOptions>(static membership =>
        {
            // Latencies learned on an idle machine must not apply to a busy one.
            membership.ProbeTimeout = membership.MinProbeTimeout = TimeSpan.FromMilliseconds(500);

            // A silo must be silent for twice this time before another silo votes against it.
            membership.MaxProbeTimeout = TimeSpan.FromMilliseconds(900);
            membership.NumMissedProbesLimit = 2;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(2);

            // A silo that still has a reason has voted again by then.
            membership.DeathVoteExpirationTimeout = MembershipJudge.VoteValidity;
            membership.IAmAliveTablePublishTimeout = SignOfLifeInterval;
        });

        // The default directory loses grains of healthy silos when another silo dies.
#pragma warning disable ORLEANSEXP003
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.Configure<GrainDirectoryOptions>(static directory => directory.RangeLeaseDuration = TimeSpan.FromSeconds(2));
        silo.Configure<SiloMessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(5));
    }
}
