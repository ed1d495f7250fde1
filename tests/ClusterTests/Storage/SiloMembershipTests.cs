using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Storage;

[Collection(PostgresTests.Name)]
public sealed class SiloMembershipTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task SilosFindEachOtherThroughTheDatabaseAndSeeOneLeave()
    {
        PostgresOptions options = postgres.Options();
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(options);
        using IHost first = Silo(options);
        using IHost second = Silo(options);
        await Samples.WithinAsync(Task.WhenAll(first.StartAsync(), second.StartAsync()), "two silos to start");

        await Samples.WithinAsync(SeesAsync(first, silos: 2), "the first silo to see the second");
        await Samples.WithinAsync(second.StopAsync(), "the second silo to stop");
        await Samples.WithinAsync(SeesAsync(first, silos: 1), "the first silo to see the second leave");
        await Samples.WithinAsync(first.StopAsync(), "the first silo to stop");
    }

    private static IHost Silo(PostgresOptions postgres)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        int[] ports = FreePorts.Find(2);
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (postgres.ClusterId, postgres.ClusterId))
            .ConfigureEndpoints(IPAddress.Loopback, ports[0], ports[1])
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", postgres.MembershipConnectionString)));
        return builder.Build();
    }

    private static async Task SeesAsync(IHost silo, int silos)
    {
        IManagementGrain management = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        while ((await management.GetHosts(onlyActive: true)).Count != silos)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
