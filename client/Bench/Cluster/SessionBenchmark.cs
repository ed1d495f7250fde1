using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Grains;
using OrleansInference.Grains.Nodes;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Bench.Cluster;

/// <summary>Benchmark of sessions whose clients have left, on a node in this process, and of a stream beside them.</summary>
internal static class SessionBenchmark
{
    private const int PromptTokens = 200;
    private const int GeneratedTokens = 300;
    private const int Begun = 64; // started concurrently

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <param name="options">Settings: model, rounds, tokens of each round, and number of sessions.</param>
    /// <param name="cancellationToken">Cancels the benchmark.</param>
    public static async Task<SessionFigures> RunAsync(ClusterBenchmarkSettings options, CancellationToken cancellationToken)
    {
        NodeOptions settings = new()
        {
            Checkpoint = new() { Model = options.Model },
            Http = new() { Port = 0 },
            Member = new() { Node = "sessions" },
            Compute = new() { Threads = options.Threads },
            Serving = new() { Speculation = false },
        };
        await using SiloNode node = await SiloNode.StartAsync(settings.Resolve());
        InferenceNode inner = node.Services.GetRequiredService<InferenceNode>();
        using StreamLoad load = new();
        await load.MeasureAsync(node.Url, node.Model, 1, options.Generate, cancellationToken);
        double[] before = await RatesAsync(load, node, options, cancellationToken);
        long empty = GC.GetTotalMemory(forceFullCollection: true);
        IGrainFactory grains = node.Services.GetRequiredService<IGrainFactory>();
        for (int session = 1; session <= options.Sessions; session += Begun)
        {
            await Task.WhenAll(Enumerable.Range(session, Math.Min(Begun, options.Sessions + 1 - session)).Select(number => grains.GetGrain<ISessionGrain>(-number).Wake().AsTask()));
        }

        await UntilAsync(() => inner.Front.ActiveSessions > 0, cancellationToken);
        await UntilAsync(() => inner.Front.ActiveSessions == 0, cancellationToken);
        long idle = GC.GetTotalMemory(forceFullCollection: true);
        double[] beside = await RatesAsync(load, node, options, cancellationToken);
        return new SessionFigures(options.Sessions, (idle - empty) / options.Sessions, MeasureMachines(options.Sessions), before, beside);
    }

    /// <summary>Measures the memory of a session on the session thread. The thread keeps it for some seconds after its last token.</summary>
    private static long MeasureMachines(int count)
    {
        Nowhere nowhere = new();
        SessionActor[] machines = new SessionActor[count];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < count; i++)
        {
            GenerationRequest request = new() { RequestId = "idle", Prompt = new int[PromptTokens], MaxTokens = GeneratedTokens };
            machines[i] = new SessionActor(i, new SessionRecord(request, [new ChoiceLog(new int[GeneratedTokens], FinishReason.Length)], false), nowhere, static (_, _, _) => { }, new PipelineChooser(), new SessionOptions());
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(machines);
        return (after - before) / count;
    }

    private static async Task<double[]> RatesAsync(StreamLoad load, SiloNode node, ClusterBenchmarkSettings options, CancellationToken cancellationToken)
    {
        double[] rates = new double[options.Rounds];
        for (int round = 0; round < rates.Length; round++)
        {
            rates[round] = await load.MeasureAsync(node.Url, node.Model, 1, options.Generate, cancellationToken);
        }

        return rates;
    }

    private static async Task UntilAsync(Func<bool> holds, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        while (!holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Port that drops messages.</summary>
    private sealed class Nowhere : IControlPort
    {
        public void Send(Address to, ControlMessage message)
        {
        }
    }
}
