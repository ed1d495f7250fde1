using System.Text.Json.Nodes;
using Spectre.Console;
using TextCell = Spectre.Console.Text;

namespace OrleansInference.Cli.Cluster;

/// <summary>Output of a cluster's status for people, and of its plan for programs.</summary>
internal static class ClusterOutput
{
    public static void PrintStatus(ClusterStatus status)
    {
        foreach (RouterStatus router in status.Pipelines)
        {
            PrintRouter(router, status.Pipelines.Count > 1);
        }

        Console.Out.WriteLine($"Sent over links: {Megabytes(status.Nodes.Sum(static node => node.LinkBytes))}");
        Table table = new Table { Border = TableBorder.Simple };
        bool several = status.Pipelines.Count > 1;
        table.AddColumns(["node", "address", "state", .. several ? (string[])["pipeline"] : [], "layers", "sessions", "streams"]);
        foreach (NodeStatus node in status.Nodes)
        {
            table.AddRow([
                Cell(node.Name), Cell(node.Url), Cell(node.Draining ? "draining" : "present"), .. several ? (TextCell[])[Cell(node.Pipelines)] : [], Cell(node.Layers), Cell($"{node.Sessions}"), Cell($"{node.Streams}"),
            ]);
        }

        AnsiConsole.Write(table);
        PrintWork(status);
    }

    public static void PrintPlan(ClusterStatus status)
    {
        foreach (RouterStatus router in status.Pipelines)
        {
            PrintPlan(status, router);
        }
    }

    private static void PrintPlan(ClusterStatus status, RouterStatus router)
    {
        PrintRouter(router, status.Pipelines.Count > 1);
        Table table = new Table { Border = TableBorder.Simple };
        table.AddColumns("stage", "layers", "node", "device", "reads GB/s", "GFLOP/s", "memory GB");
        for (int stage = 0; stage < router.Stages.Count; stage++)
        {
            StageStatus part = router.Stages[stage];
            DeviceStatus? device = DeviceOf(status, part);
            table.AddRow(
                Cell($"{stage}"),
                Cell($"{part.FirstLayer}-{part.EndLayer - 1}"),
                Cell(part.Node ?? "lost"),
                Cell($"{part.Device}"),
                Cell(device is null ? "–" : $"{device.ReadBandwidth / 1e9:N1}"),
                Cell(device is null ? "–" : $"{device.ArithmeticRate / 1e9:N0}"),
                Cell(device is null ? "–" : $"{device.MemoryBytes / 1e9:N1}"));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Describes the plan of the first pipeline, with those of all pipelines in <c>pipelines</c>.</summary>
    public static JsonObject DescribePlan(ClusterStatus status)
    {
        JsonArray pipelines = [];
        foreach (RouterStatus router in status.Pipelines)
        {
            JsonObject pipeline = DescribePlan(status, router);
            pipeline.Insert(0, "pipeline", router.Pipeline);
            pipelines.Add((JsonNode)pipeline);
        }

        JsonObject plan = DescribePlan(status, status.Router);
        plan["pipelines"] = pipelines;
        return plan;
    }

    private static JsonObject DescribePlan(ClusterStatus status, RouterStatus router) => new()
    {
        ["epoch"] = router.Epoch,
        ["activation"] = router.Activation,
        ["phase"] = router.Phase,
        ["serves"] = router.Serves,
        ["stages"] = new JsonArray([.. router.Stages.Select(stage => DescribeStage(status, stage))]),
    };

    private static JsonObject DescribeStage(ClusterStatus status, StageStatus stage)
    {
        JsonObject described = new() { ["first_layer"] = stage.FirstLayer, ["end_layer"] = stage.EndLayer, ["node"] = stage.Node, ["device"] = stage.Device };
        if (DeviceOf(status, stage) is { } device)
        {
            described["kind"] = device.Kind;
            described["memory_bytes"] = device.MemoryBytes;
            described["read_bandwidth"] = device.ReadBandwidth;
            described["arithmetic_rate"] = device.ArithmeticRate;
            if (device.RateShare is { } share)
            {
                described["rate_share"] = share;
            }
        }

        return described;
    }

    private static void PrintWork(ClusterStatus status)
    {
        foreach (NodeStatus node in status.Nodes)
        {
            foreach (DeviceStatus device in node.Devices.Where(static device => device.CorruptedPages > 0))
            {
                Console.Out.WriteLine($"Device {device.Number} of {node.Name} found corrupted pages: {device.CorruptedPages}");
            }
        }

        Table table = new Table { Border = TableBorder.Simple };
        table.AddColumns("node", "device", "steps", "computes", "waited for", "rate", "pages moved", "replayed");
        foreach (NodeStatus node in status.Nodes)
        {
            foreach (DeviceStatus device in node.Devices.Where(static device => device.Steps > 0))
            {
                table.AddRow(
                    Cell(node.Name),
                    Cell($"{device.Number}"),
                    Cell($"{device.Steps}"),
                    Cell($"{device.ComputingMilliseconds / device.Steps:F2} ms"),
                    Cell($"{device.WaitingMilliseconds / device.Steps:F2} ms"),
                    Cell(device.RateShare is { } share ? $"{share * 100:F0} %" : "–"),
                    Cell(Megabytes(device.CopiedBytes)),
                    Cell(Megabytes(device.ReplayedBytes)));
            }
        }

        if (table.Rows.Count > 0)
        {
            AnsiConsole.Write(table);
        }
    }

    private static string Megabytes(long bytes) => $"{bytes / 1e6:F1} MB";

    private static DeviceStatus? DeviceOf(ClusterStatus status, StageStatus stage) =>
        status.WithDevice(stage.Device)?.Devices.First(device => device.Number == stage.Device);

    private static void PrintRouter(RouterStatus router, bool named)
    {
        Console.Out.WriteLine($"{(named ? $"Pipeline {router.Pipeline}, router" : "Router")} {router.Activation}: {(router.Serves ? "serves" : "does not serve")} ({router.Phase}), {(router.Plans is { } plans ? $"plan {plans}" : $"epoch {router.Epoch}")}, sessions {router.Sessions}");
        Console.Out.WriteLine($"Recoveries {router.Recoveries}, migrations {router.Migrations}, steps {router.Steps}, tokens {router.GeneratedTokens}");
        Console.Out.WriteLine($"Sequences restored: {router.Recovered.Journal} from a journal, {router.Recovered.Prefix} from a prefix, {router.Recovered.Full} in full");
        if (router.RecoveryMilliseconds is { } parts && router.Recoveries > 0)
        {
            Console.Out.WriteLine(
                $"A recovery takes, from the detection of the loss: plan {parts.Plan / router.Recoveries} ms, load {parts.Load / router.Recoveries} ms, replay {parts.Replay / router.Recoveries} ms; in the steps after it the largest stage recomputes lost pages for {parts.InlineRecompute / router.Recoveries} ms");
        }

        if (router.StepTimes is { Steps: > 0 } times)
        {
            Console.Out.WriteLine(
                $"A step takes: computing {times.ComputingMilliseconds / times.Steps:F2} ms, waiting for stages {times.WaitingMilliseconds / times.Steps:F2} ms, a hop {times.HopMilliseconds / times.Hops:F2} ms ({(double)times.Hops / times.Steps:F0} a step)");
        }

        Console.Out.WriteLine($"Pages: {router.PagesInUse} of {router.PagesTotal} in use{(router.InheritedPages > 0 ? $", {router.InheritedPages} were inherited from the previous router" : "")}");
        if (router.VerifiedPages > 0 || router.UnprovenPages > 0)
        {
            Console.Out.WriteLine($"Pages recomputed and compared: {router.VerifiedPages}; dropped for lack of a proof: {router.UnprovenPages}");
        }

        if (router.Reason is { } reason)
        {
            Console.Out.WriteLine(reason);
        }

        foreach (RefusalStatus refusal in router.Refusals)
        {
            Console.Out.WriteLine($"Device {refusal.Device} of {refusal.Node ?? "a lost node"} has no room for layers {refusal.FirstLayer}-{refusal.EndLayer - 1}: {refusal.Reason}");
        }
    }

    private static TextCell Cell(string text) => new(text);
}
