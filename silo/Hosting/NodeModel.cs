using System.Text.Json.Nodes;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Compute.Measurement;
using OrleansInference.Engine.Requests;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Settings;
using OrleansInference.Text;

namespace OrleansInference.Silo.Hosting;

/// <summary>Model of a node: its checkpoint, the devices that can hold its layers, the data for front ends, and the rates of the machine.</summary>
internal sealed class NodeModel : IDisposable
{
    private const long RooflineBytes = 256 << 20;
    private const int Measurements = 5; // other programs may run meanwhile: the best measurement counts

    private readonly KeptRates? _kept;

    private NodeModel(Checkpoint checkpoint, NodeOptions options, IProgress<LoadProgress> progress, LoadLog loads)
    {
        Checkpoint = checkpoint;
        Text = ModelText.Read(options.Checkpoint.Folder);
        Devices = [.. Enumerable.Range(0, options.Devices.Count).Select(_ => new DeviceModel(checkpoint, options.Compute, options.Devices.Bytes / options.Devices.Count))];
        Work = [.. Devices.Select(device => new ModelWork(device, progress) { Loading = loads.OnLoading })];
        Served = ServedModels.Describe(checkpoint, options.Checkpoint.Folder, options.Checkpoint.Id, options.Compute.KvType, Devices[0].PageCount * KvLayout.PageTokens);
        _kept = KeptRates.Of(options.Compute);
        MachineRates? kept = _kept?.Read();
        RatesAreKept = kept is not null;
        Rates = kept ?? Measure(options);
        if (!RatesAreKept)
        {
            Keep(Rates);
        }
    }

    public Checkpoint Checkpoint { get; }

    public IReadOnlyList<DeviceModel> Devices { get; }

    /// <summary>Work of each device; the device disposes it.</summary>
    public IReadOnlyList<IStageWork> Work { get; }

    public ServedModel Served { get; }

    public ModelText Text { get; }

    public MachineRates Rates { get; }

    /// <summary>Whether the rates come from an earlier process.</summary>
    public bool RatesAreKept { get; }

    /// <exception cref="Models.InferenceException">A file is missing or malformed, or an option is out of range.</exception>
    public static NodeModel Open(NodeOptions options, IProgress<LoadProgress> progress, LoadLog loads)
    {
        Checkpoint checkpoint = Checkpoint.Open(options.Checkpoint.Folder);
        try
        {
            return new NodeModel(checkpoint, options, progress, loads);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    public static Roofline CreateRoofline(NodeOptions options) => new(options.Compute.Threads, RooflineBytes);

    /// <summary>Renders and encodes a conversation as requests do, so that the code is compiled before the first request.</summary>
    public void WarmUpText()
    {
        try
        {
            JsonObject conversation = new() { ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "1 + 1" }), ["add_generation_prompt"] = true };
            string text = Text.ChatTemplate?.Render(conversation) ?? "1 + 1";
            _ = Text.Tokenizer.Decode(Text.Tokenizer.Encode(text, addSpecialTokens: false), skipSpecialTokens: false);
        }
        catch (Models.InferenceException)
        {
            // A template may require another conversation.
        }
    }

    /// <summary>Stores measured rates for the next start.</summary>
    public void Keep(MachineRates rates) => _kept?.Write(rates);

    /// <summary>Disposes the resources of a failed start, as soon as they are open.</summary>
    /// <param name="opening">Task that opens them.</param>
    /// <param name="devices">Whether to dispose the devices: no node owns them that would do so.</param>
    public static async Task DisposeAsync(Task<NodeModel>? opening, bool devices)
    {
        if (opening is null)
        {
            return;
        }

        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            NodeModel model = await opening;
            foreach (DeviceModel device in devices ? model.Devices : [])
            {
                device.Dispose();
            }

            model.Dispose();
        }
    }

    /// <summary>Closes the checkpoint. The devices that read it must be disposed before.</summary>
    public void Dispose() => Checkpoint.Dispose();

    private static MachineRates Measure(NodeOptions options)
    {
        using Roofline roofline = CreateRoofline(options);
        return new MachineRates(Best(roofline.MeasureReadBytesPerSecond), Best(roofline.MeasureFlops));
    }

    private static double Best(Func<double> measure) => Enumerable.Range(0, Measurements).Max(_ => measure());
}
