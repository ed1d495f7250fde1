using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansInference.Api;
using OrleansInference.Compute;
using OrleansInference.Models;
using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.Silo;

/// <summary>
/// Settings of a node. They come from appsettings.json, then from variables such as <c>ORLEANS_INFERENCE_KV_MEMORY</c>, then from the command line as in
/// <c>--kv-memory 2GB</c>; the last one wins.
/// </summary>
public sealed class SiloOptions
{
    private const int ShortestSecret = 16;

    /// <summary>Folder of the checkpoint; the demo model by default.</summary>
    public string Model { get; set; } = string.Empty;

    /// <summary>Name of the model in requests; the folder's name by default.</summary>
    public string? Name { get; set; }

    /// <summary>Nodes to start on this machine, each a process, over one PostgreSQL.</summary>
    public int Nodes { get; set; } = 1;

    /// <summary>Folder of that PostgreSQL; one that every start of this user shares by default.</summary>
    public string? PostgresFolder { get; set; }

    /// <summary>When those nodes are started again: on-failure, or always, also when they were asked to stop and handed over, or never.</summary>
    public string Restart { get; set; } = "on-failure";

    /// <summary>Seconds until such a node is started again.</summary>
    public double RestartAfter { get; set; } = 0.5;

    /// <summary>Name of the node, unique in the cluster; the host's name and the port by default.</summary>
    public string? Node { get; set; }

    /// <summary>Address that HTTP listens on: localhost, an IP address, or * for all.</summary>
    public string Host { get; set; } = "localhost";

    /// <summary>Port of HTTP; 0 for any that is free.</summary>
    public int Port { get; set; } = 8000;

    /// <summary>Names under which browsers reach the server, besides those of this machine, separated by commas, such as chat.example.com.</summary>
    public string? Hosts { get; set; }

    /// <summary>Addresses and networks of proxies whose X-Forwarded-For, -Proto and -Host are believed, separated by commas, such as 127.0.0.1,10.0.0.0/8; by default those of nobody.</summary>
    public string? Proxies { get; set; }

    /// <summary>Address under which other nodes reach this one, or a host's name, which is looked up once at the start. Beyond this machine the cluster needs a secret or TLS.</summary>
    public string Advertise { get; set; } = "127.0.0.1";

    /// <summary>Address that the ports for other nodes, their links and Orleans clients listen on: an IP address, or * for all; the advertised one by default.</summary>
    public string? Listen { get; set; }

    /// <summary>Port for other nodes; 0 for any that is free.</summary>
    public int SiloPort { get; set; }

    /// <summary>Port for the links of other nodes; 0 for any that is free.</summary>
    public int LinkPort { get; set; }

    /// <summary>Whether nodes speak over links of their own, or by grain calls alone: on or off.</summary>
    public string Links { get; set; } = "on";

    /// <summary>Port for Orleans clients; 0 for none.</summary>
    public int GatewayPort { get; set; }

    /// <summary>Connection string of PostgreSQL. Without it the node is a cluster of its own, and what it knows goes with it.</summary>
    public string? Postgres { get; set; }

    /// <summary>File with that connection string, which then stands in no command line.</summary>
    public string? PostgresFile { get; set; }

    /// <summary>Seconds that the start waits for a PostgreSQL that does not answer; by default it ends at once.</summary>
    public double PostgresWait { get; set; }

    /// <summary>Which cluster of that database the node belongs to.</summary>
    public string ClusterId { get; set; } = "inference";

    /// <summary>Devices to announce, each of which may hold a stage.</summary>
    public int Devices { get; set; } = 1;

    /// <summary>Worker threads of each device.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Stages to cut the model into; null leaves it to the planner.</summary>
    public int? Stages { get; set; }

    /// <summary>Pipelines to make of the cluster's devices at most, each with all of the model. The same on all nodes.</summary>
    public int Pipelines { get; set; } = 1;

    /// <summary>Memory for keys and values, as if the node held all layers; enough for 32,768 tokens by default. The same on all nodes.</summary>
    public string? KvMemory { get; set; }

    /// <summary>Element type of keys and values: f32 or bf16. The same on all nodes.</summary>
    public string KvType { get; set; } = "f32";

    /// <summary>
    /// Secret that nodes, and clients of Orleans, prove to each other that they know; at least 16 characters, the same on all nodes, never on the command line. By default one that the database keeps for the cluster,
    /// or, without a database, one of this process alone.
    /// </summary>
    public string? ClusterSecret { get; set; }

    /// <summary>File with that secret.</summary>
    public string? ClusterSecretFile { get; set; }

    /// <summary>Folder that keeps packed weights, or none.</summary>
    public string? Cache { get; set; }

    /// <summary>Memory of all devices for weights, pages and what steps work in, of which no more is taken; by default what the machine, or the container, has, and with nodes of one machine each one's part of it.</summary>
    public string? DeviceMemory { get; set; }

    /// <summary>Prompt tokens of one step.</summary>
    public int PrefillTokens { get; set; } = 512;

    /// <summary>Requests that may wait.</summary>
    public int MaxWaiting { get; set; } = 256;

    /// <summary>Sequences that take part in steps at the same time.</summary>
    public int MaxRunning { get; set; } = 64;

    /// <summary>Milliseconds between two tokens that the prompts of others may stretch them to.</summary>
    public int InterTokenTarget { get; set; } = 200;

    /// <summary>Whether tokens are guessed where that pays: on or off.</summary>
    public string Speculation { get; set; } = "on";

    /// <summary>Seconds that a node that stops gives its streams to end and its layers to move.</summary>
    public int DrainSeconds { get; set; } = 30;

    /// <summary>Seconds without a sign of life after which a device is given up.</summary>
    public double LostAfter { get; set; } = 1;

    /// <summary>Whether a router on this node has cached pages computed again in the background after every change of plans, and compared: on or off.</summary>
    public string VerifyPages { get; set; } = "off";

    /// <summary>Seconds in which a client whose connection broke may come back for its stream.</summary>
    public double ResumeWithin { get; set; } = 30;

    /// <summary>Key that administrators send as a bearer token; without it they are heard from this machine alone.</summary>
    public string? AdminKey { get; set; }

    /// <summary>File with the node's certificate in PEM: nodes speak TLS to each other then, over links too, and take no connection without. The same way on all nodes.</summary>
    public string? TlsCertificate { get; set; }

    /// <summary>File with its key in PEM.</summary>
    public string? TlsKey { get; set; }

    /// <summary>File with the certificates in PEM of the authority that signs for the nodes of this cluster, and for nothing else.</summary>
    public string? TlsAuthority { get; set; }

    /// <summary>Whether Orleans' dashboard is at /admin/orleans, for administrators: on or off.</summary>
    public string Dashboard { get; set; } = "off";

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, its value and its range.</exception>
    public void Validate()
    {
        if (Model.Length == 0)
        {
            Model = RepositoryFiles.FindDemoModel() ?? string.Empty;
        }

        Require(Directory.Exists(Model), nameof(Model), Model, "a folder that exists");
        Require(Host is "localhost" or "*" || IPAddress.TryParse(Host, out _), nameof(Host), Host, "localhost, an IP address or *");
        Advertised = IPAddress.TryParse(Advertise, out IPAddress? address) ? address : LookUp(Advertise);
        Require(Advertised is not null, nameof(Advertise), Advertise, "an IP address, or a host's name that has one");
        Listening = Listen switch { null => Advertised!, "*" => IPAddress.Any, _ => IPAddress.TryParse(Listen, out IPAddress? listen) ? listen : IPAddress.None };
        Require(!Listening.Equals(IPAddress.None), nameof(Listen), Listen, "an IP address or *");
        Within(nameof(Port), Port, 0, 65535);
        Within(nameof(SiloPort), SiloPort, 0, 65535);
        Within(nameof(LinkPort), LinkPort, 0, 65535);
        Within(nameof(GatewayPort), GatewayPort, 0, 65535);
        ProxyNetworks = [.. Parts(Proxies).Select(Network)];
        Within(nameof(Nodes), Nodes, 1, 64);
        Require(Restart is "on-failure" or "always" or "never", nameof(Restart), Restart, "on-failure, always or never");
        Require(RestartAfter is >= 0 and <= 3600, nameof(RestartAfter), RestartAfter, "0 to 3600 seconds");
        Within(nameof(Devices), Devices, 1, 64);
        Within(nameof(Threads), Threads, 1, 1024);
        Within(nameof(Stages), Stages ?? 1, 1, 1024);
        Within(nameof(Pipelines), Pipelines, 1, RouterNumbers.MostPipelines);
        Within(nameof(PrefillTokens), PrefillTokens, 1, 65536);
        Within(nameof(MaxWaiting), MaxWaiting, 1, 1_000_000);
        Within(nameof(MaxRunning), MaxRunning, 1, 65536);
        Within(nameof(InterTokenTarget), InterTokenTarget, 1, 3_600_000);
        Within(nameof(DrainSeconds), DrainSeconds, 0, 3600);
        Require(PostgresWait is >= 0 and <= 3600, nameof(PostgresWait), PostgresWait, "0 to 3600 seconds");
        Require(LostAfter is >= 0.1 and <= 600, nameof(LostAfter), LostAfter, "0.1 to 600 seconds");
        Require(ResumeWithin is >= 0 and <= 3600, nameof(ResumeWithin), ResumeWithin, "0 to 3600 seconds");
        Require(KvType is "f32" or "bf16", nameof(KvType), KvType, "f32 or bf16");
        Require(Links is "on" or "off", nameof(Links), Links, "on or off");
        Require(Speculation is "on" or "off", nameof(Speculation), Speculation, "on or off");
        Require(VerifyPages is "on" or "off", nameof(VerifyPages), VerifyPages, "on or off");
        Require(Dashboard is "on" or "off", nameof(Dashboard), Dashboard, "on or off");
        Together((nameof(TlsCertificate), TlsCertificate), (nameof(TlsKey), TlsKey), (nameof(TlsAuthority), TlsAuthority));
        Require(ClusterId.Length is > 0 and <= 64, nameof(ClusterId), ClusterId, "1 to 64 letters");
        _ = Size(nameof(KvMemory), KvMemory);
        _ = Size(nameof(DeviceMemory), DeviceMemory);
        Postgres = SecretFile.Read(nameof(Postgres), Postgres, nameof(PostgresFile), PostgresFile);
        ClusterSecret = SecretFile.Read(nameof(ClusterSecret), ClusterSecret, nameof(ClusterSecretFile), ClusterSecretFile);
        PostgresFile = ClusterSecretFile = null;
        if (ClusterSecret is { Length: < ShortestSecret })
        {
            Throw(nameof(ClusterSecret), $"{nameof(ClusterSecret)} has {ClusterSecret.Length} characters; expected at least {ShortestSecret}, such as those that 'openssl rand -hex 32' prints.");
        }

        if (ClusterSecret is null && TlsCertificate is null && !(IPAddress.IsLoopback(Advertised!) && IPAddress.IsLoopback(Listening)))
        {
            Throw(
                nameof(ClusterSecret),
                $"Other machines reach this node ({nameof(Advertise)} is {Advertise}), and neither a cluster secret nor TLS keeps strangers out of the cluster: give all nodes the same {SettingName.Variable(nameof(ClusterSecret))} "
                + $"('openssl rand -hex 32' makes one) or {SettingName.Switch(nameof(ClusterSecretFile))}, or certificates with {SettingName.Switch(nameof(TlsCertificate))}.");
        }
    }

    /// <summary>The address to listen on.</summary>
    internal IPAddress Address => Host switch { "localhost" => IPAddress.Loopback, "*" => IPAddress.Any, _ => IPAddress.Parse(Host) };

    /// <summary>What <see cref="Advertise"/> stands for; known once the options are valid.</summary>
    internal IPAddress? Advertised { get; private set; }

    /// <summary>What <see cref="Listen"/> stands for; known once the options are valid.</summary>
    internal IPAddress Listening { get; private set; } = IPAddress.Loopback;

    internal ServerOptions Server => new() { Address = Address, Port = Port, Hosts = Parts(Hosts), Proxies = ProxyNetworks };

    private IReadOnlyList<IPNetwork> ProxyNetworks { get; set; } = [];

    internal ComputeOptions Compute => new()
    {
        Threads = Threads,
        KvBytes = Size(nameof(KvMemory), KvMemory),
        KvType = KvType == "bf16" ? OrleansInference.Compute.KvType.BFloat16 : OrleansInference.Compute.KvType.Float32,
        PackedFolder = Cache is null ? null : Cache == "none" ? string.Empty : Path.GetFullPath(Cache),
        MaxStepTokens = Math.Max(PrefillTokens, MaxRunning),
    };

    internal ServingOptions Serving => new()
    {
        MaxPrefillTokens = PrefillTokens,
        MaxWaitingRequests = MaxWaiting,
        MaxRunningSequences = MaxRunning,
        InterTokenTarget = TimeSpan.FromMilliseconds(InterTokenTarget),
        Speculation = Speculation == "on",
    };

    internal ControlOptions Control => new() { LostAfter = TimeSpan.FromSeconds(LostAfter), VerifyPages = VerifyPages == "on" };

    internal RestartPolicy RestartNodes => Restart switch { "always" => RestartPolicy.Always, "never" => RestartPolicy.Never, _ => RestartPolicy.OnFailure };

    internal long DeviceBytes => Size(nameof(DeviceMemory), DeviceMemory) ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The first IPv4 address of a host; null where there is none.</summary>
    private static IPAddress? LookUp(string host)
    {
        try
        {
            return host.Length == 0 ? null : Dns.GetHostAddresses(host, AddressFamily.InterNetwork).FirstOrDefault();
        }
        catch (Exception unknown) when (unknown is SocketException or ArgumentException)
        {
            return null;
        }
    }

    private static string[] Parts(string? list) => list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static IPNetwork Network(string text)
    {
        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            return new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        }

        Require(IPNetwork.TryParse(text, out IPNetwork network), nameof(Proxies), text, "addresses and networks such as 127.0.0.1 or 10.0.0.0/8");
        return network;
    }

    private static long? Size(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        string number = text.TrimEnd('B', 'b');
        int shift = number.Length == 0 ? 0 : char.ToUpperInvariant(number[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        bool valid = double.TryParse(shift == 0 ? number : number[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0;
        Require(valid && value * (1L << shift) < long.MaxValue, name, text, "a size such as 512MB or 2GB");
        return (long)(value * (1L << shift));
    }

    private static void Together(params (string Name, string? Path)[] files)
    {
        foreach ((string name, string? path) in files.Where(file => files.Any(static other => other.Path is not null)))
        {
            Require(File.Exists(path), name, path ?? "not given", $"a file that exists, as {string.Join(", ", files.Select(static file => file.Name))} go together");
        }
    }

    private static void Within(string name, int value, int least, int most) =>
        Require(value >= least && value <= most, name, value, string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"));

    [DoesNotReturn]
    private static void Throw(string name, string message) => InferenceException.Throw(ErrorCode.InvalidOption, message, name);

    private static void Require(bool holds, string name, object? value, string expected)
    {
        if (!holds)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; expected {expected}."), name);
        }
    }
}
