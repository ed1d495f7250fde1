using System.Net;
using Orleans.Runtime;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;
using OrleansInference.Grains.Messaging;

namespace OrleansInference.Bench.Cluster;

/// <summary>One of two silos that contain only the message transport: it measures, or it echoes.</summary>
internal static class HopNode
{
    public const string Command = "hop-node";

    private const int Width = 1024; // floats in a row
    private const int Position = 500; // position of each sequence's token
    private const int LargestDecode = 64; // rows; larger steps are chunks of a prompt

    /// <param name="numbers">
    /// Port, port of the other silo, port of the first silo of the cluster, 1 for links or 0 for grain calls alone, and for the measuring silo: bytes, pause,
    /// hops.
    /// </param>
    public static async Task RunAsync(int[] numbers)
    {
        (int port, int peer, int primary, bool linked) = (numbers[0], numbers[1], numbers[2], numbers[3] == 1);
        ClusterTransport transport = new(port, new MemoryClusterStore());
        using IHost host = BenchmarkSilo.Build("hops", port, primary, services => services.AddSingleton(transport));
        using PingThread ping = new(peer, transport);
        using EchoThread echo = new(peer, transport);
        ActorThread device = numbers.Length > 4 ? ping : echo;
        using NodeLinks links = new(port, IPAddress.Loopback, 0, null, transport.TakeDirect);
        transport.Join(links);
        transport.Join(port, device);
        device.Start();
        await host.StartAsync();
        transport.Connect(host.Services.GetRequiredService<IGrainFactory>());
        await Console.Out.WriteLineAsync($"{links.Port} {Convert.ToHexString(links.Key)}");
        string[] other = (await Console.In.ReadLineAsync())!.Split(' ');
        transport.Update(await MeetAsync(host.Services, linked ? int.Parse(other[0], CultureInfo.InvariantCulture) : 0, Convert.FromHexString(other[1])));
        for (int i = 4; i + 2 < numbers.Length; i += 3)
        {
            HopFigures figures = await MeasureAsync(ping, numbers[i], numbers[i + 1], numbers[i + 2]);
            Console.Out.WriteLine(JsonSerializer.Serialize(figures, BenchmarkJson.Default.HopFigures));
        }

        if (device == echo)
        {
            await Console.In.ReadToEndAsync();
        }
    }

    /// <summary>Waits for the other silo. The number of its port is also the number of each silo's node, gateway and device.</summary>
    private static async Task<ClusterView> MeetAsync(IServiceProvider services, int linkPort, byte[] linkKey)
    {
        IClusterMembershipService membership = services.GetRequiredService<IClusterMembershipService>();
        await foreach (ClusterMembershipSnapshot members in membership.MembershipUpdates)
        {
            SiloAddress[] silos = [.. members.Members.Values.Where(static member => member.Status == SiloStatus.Active).Select(static member => member.SiloAddress)];
            if (silos.Length == 2)
            {
                return ClusterView.Empty with { Nodes = [.. silos.Select(silo => StateOf(silo, linkPort, linkKey))] };
            }
        }

        throw new InvalidOperationException("The silo stopped before the other one joined.");
    }

    private static NodeState StateOf(SiloAddress silo, int linkPort, byte[] linkKey) => new()
    {
        Name = silo.ToString(),
        Silo = silo,
        Gateway = silo.Endpoint.Port,
        Url = string.Empty,
        Terms = new ClusterConfig { Model = string.Empty, Fingerprint = string.Empty, KvType = string.Empty, KvTokens = 0, MessageVersion = 0 },
        LinkPort = linkPort,
        LinkKey = linkKey,
        Devices = [new DeviceState { Number = silo.Endpoint.Port, MemoryBytes = 0, ReadBandwidth = 0, ArithmeticRate = 0, Pages = 0, StepTokens = 0 }],
    };

    private static async Task<HopFigures> MeasureAsync(PingThread ping, int bytes, int pause, int hops)
    {
        ControlMessage message = Step(Math.Max(1, bytes / (Width * sizeof(float))));
        for (int i = 0; i < 100; i++)
        {
            // The first messages open the links.
            await Task.Delay(i == 50 ? 50 : 0);
            await ping.PingAsync(message);
        }

        double[] microseconds = new double[hops];
        long allocated = GC.GetTotalAllocatedBytes();
        for (int i = 0; i < hops; i++)
        {
            if (pause > 0)
            {
                await Task.Delay(pause);
            }

            microseconds[i] = (await ping.PingAsync(message)).TotalMicroseconds / 2;
        }

        allocated = GC.GetTotalAllocatedBytes() - allocated;
        Array.Sort(microseconds);
        return new HopFigures(bytes, pause, hops, Math.Round(microseconds[hops / 2], 1), Math.Round(microseconds[hops * 99 / 100], 1), allocated / hops);
    }

    /// <summary>Creates a step with a number of rows: one token of as many sequences, or a chunk of a prompt.</summary>
    private static StepForward Step(int rows)
    {
        int[] pages = [.. Enumerable.Range(0, KvLayout.PagesFor(Position + rows))];
        int[] tokens = new int[rows];
        Step step = new();
        SliceOutput output = new(new SequenceSampling(new SamplingParameters(), 0, 0, 0, [], null));
        int slices = rows > LargestDecode ? 1 : rows;
        for (int i = 0; i < slices; i++)
        {
            int count = rows / slices;
            step.Add(tokens.AsSpan(0, count), Position, pages.AsSpan(0, KvLayout.PagesFor(Position + count)), output);
        }

        return new StepForward(step, new float[rows * Width], 0);
    }
}
