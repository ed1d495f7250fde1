using System.CommandLine;
using System.Globalization;
using OrleansInference.Compute;
using OrleansInference.Grains;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;
using OrleansInference.Serving.Planning;

namespace OrleansInference.Silo.Benchmarks;

/// <summary>A silo for <c>bench cluster --only directory</c>: the node's grains with a node that has no devices, computes nothing and does not announce itself.</summary>
internal sealed class DirectoryNode : IAsyncDisposable
{
    public const string Name = "directory-node";

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

    /// <summary>The hidden command that <see cref="DirectoryBenchmark"/> starts.</summary>
    public static Command Create()
    {
        Argument<string[]> arguments = new("arguments");
        Command command = new(Name) { arguments };
        command.Hidden = true;
        command.SetAction((parse, _) => RunAsync(parse.GetValue(arguments)!));
        return command;
    }

    /// <summary>Has the directory in this process until its input ends.</summary>
    /// <param name="arguments">The silo's port, connections to another silo, and the folder of the model.</param>
    private static async Task RunAsync(string[] arguments)
    {
        int port = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        await using DirectoryNode node = await StartAsync(port, port, int.Parse(arguments[1], CultureInfo.InvariantCulture), arguments[2]);

        // The first silo of the cluster, so the directory is activated here.
        await node.Services.GetRequiredService<IGrainFactory>().GetGrain<IDirectoryGrain>(0).View();
        await Console.Out.WriteLineAsync("ready");
        await Console.In.ReadToEndAsync();
    }

    /// <param name="port">The silo's.</param>
    /// <param name="primary">Port of the silo that begins the cluster.</param>
    /// <param name="connections">To another silo: each stands for a node.</param>
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
            Terms = new NodeTerms { Model = served.Id, Fingerprint = served.Fingerprint, KvType = "f32", KvTokens = PageTokens, Stages = 1, MessageVersion = WireWriter.Version },
            Work = [],
            Device = new DeviceDescription { Id = "none", Node = "none", MemoryBytes = 0, ReadBandwidth = 0, ArithmeticRate = 0 },
            Store = new MemoryClusterStore(),
            Costs = ModelCost.From(checkpoint.Spec),
            StepTokens = 512,
            Links = null,
        };
    }
}
