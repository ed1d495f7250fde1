using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansInference.Api;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Storage;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Stopping;

/// <summary>A host that stops because a part of it has failed, which .NET takes for a stop like any other.</summary>
public sealed class FailedHostTests
{
    [Fact]
    public async Task A_background_service_that_has_ended_the_host_is_named()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddHostedService<Failing>();
        using IHost host = builder.Build();
        await host.StartAsync();
        await Samples.WithinAsync(host.WaitForShutdownAsync(), "the host to stop");

        HostFailure failure = HostFailure.Find(host.Services)!;
        Assert.Equal((nameof(Failing), "It cannot go on."), (failure.Part, failure.Error.Message));
    }

    [Fact]
    public async Task A_node_whose_host_stops_unasked_ends_with_the_code_to_be_started_again()
    {
        NodeOptions options = new() { Http = new() { Port = 0 }, Compute = new() { Threads = 1 } };
        await using SiloNode node = await SiloNode.StartAsync(options.Resolve());
        Task<int> ended = node.WaitForShutdownAsync();
        node.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await Samples.WithinAsync(ended, "the node to end");
        Assert.Equal(ExitCode.StartAgain, await ended);
    }

    [Fact]
    public void A_part_that_cannot_be_tried_again_is_named_in_one_line_for_the_first_of_its_failures()
    {
        using StringWriter error = new();
        List<int> codes = [];
        using NodeExit exit = new("node-1", error, codes.Add);
        exit.End("the thread 'Sessions of 1'", new InvalidOperationException("It has\nended."));
        exit.End("the thread 'Device 2'", new InvalidOperationException("Too late."));
        Assert.Equal([ExitCode.StartAgain], codes);
        Assert.Equal("Node node-1 ends with exit code 75, to be started again: the thread 'Sessions of 1' failed with InvalidOperationException: It has ended.", error.ToString().Trim());
    }

    private sealed class Failing : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("It cannot go on.");
        }
    }
}
