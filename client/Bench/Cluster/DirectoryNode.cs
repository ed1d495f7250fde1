using Orleans.Runtime;
using Orleans.Runtime.Placement;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Compute;
using OrleansInference.Compute.Measurement;
using OrleansInference.Engine.Requests;
using OrleansInference.Grains;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Bench.Cluster;

/// <summary>Silo for <c>bench cluster --only directory</c>: it has a node's grains, but its node has no devices, computes nothing and does not announce itself.</summary>
internal sealed class DirectoryNode : IAsyncDisposable
{
    public const string Command = "directory-node";

    private readonly IHost _host;
    private readonly InferenceNode _node;
    private readonly Checkpoint _checkpoint;

    private DirectoryNode(IHost host, InferenceNode node, Checkpoint checkpoint)
    {
        _host = host;
        _node = node;
        _checkpoint = checkpoint;
    }

    public IServiceProvider Services => _host.Services;

    /// <summary>Has the directory in this process, from the first line of its input until the input ends.</summary>
    /// <param name="port">Port of the silo.</param>
    /// <param name="connections">Number of connections to another silo.</param>
    /// <param name="model">Folder of the model that the node would serve.</param>
    public static async Task RunAsync(int port, int connections, string model)
    {
        await using DirectoryNode node = await StartAsync(port, port, connections, model);
        await Console.Out.WriteLineAsync("ready");
        await Console.In.ReadLineAsync();
        RequestContext.Set(IPlacementDirector.PlacementHintKey, node.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress);
        await node.Services.GetRequiredService<IGrainFactory>().GetGrain<IDirectoryGrain>(0).View();
        RequestContext.Clear();
        await Console.Out.WriteLineAsync("active");
        await Console.In.ReadToEndAsync();
    }

    /// <param name="port">Port of the silo.</param>
    /// <param name="primary">Port of the first silo of the cluster.</param>
    /// <param name="connections">Number of connections to another silo; each stands for a node.</param>
    /// <param name="model">Folder of the model that the node would serve.</param>
    public static async Task<DirectoryNode> StartAsync(int port, int primary, int connections, string model)
    {
        Checkpoint checkpoint = Checkpoint.Open(model);
        InferenceNode node = new(Setup(checkpoint, model, port), gateway: 1);
        IHost host = BenchmarkSilo.Build("directory", port, primary, services => services.AddSingleton(node).AddSingleton(node.Transport), connections);
        await host.StartAsync();
        return new DirectoryNode(host, node, checkpoint);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _node.Dispose();
        _checkpoint.Dispose();
    }

    private static NodeSetup Setup(Checkpoint checkpoint, string model, int port)
    {
        const int PageTokens = 1024;
        ServedModel served = ServedModels.Describe(checkpoint, model, ServedModels.NameOf(model), KvType.Float32, PageTokens);
        return new NodeSetup
        {
            Name = $"silo-{port}",
            Model = served,
            Terms = new ClusterConfig { Model = served.Id, Fingerprint = served.Fingerprint, KvType = "f32", KvTokens = PageTokens, Stages = 1, MessageVersion = WireWriter.Version },
            Work = [],
            Device = new DeviceDescription { Id = "none", Node = "none", MemoryBytes = 0, ReadBandwidth = 0, ArithmeticRate = 0 },
            Store = new MemoryClusterStore(),
            Costs = ModelCost.From(checkpoint.Spec),
            StepTokens = 512,
            Links = null,
        };
    }
}
