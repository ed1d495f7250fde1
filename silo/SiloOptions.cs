using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansInference.Api;
using OrleansInference.Cluster.Programs;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo;

/// <summary>
/// Settings of a node with their descriptions, from appsettings.json, from variables such as <c>ORLEANS_INFERENCE_KV_MEMORY</c>, and from options such as <c>--kv-memory 2GB</c>; the last one has precedence.
/// </summary>
public sealed class SiloOptions
{
    private const int ShortestSecret = 16;

    [Setting(SettingGroup.Model, "DIR", "Folder of the checkpoint; the demo model by default.")]
    public string Model { get; set; } = string.Empty;

    [Setting(SettingGroup.Model, "NAME", "Name of the model in requests; the folder's name by default.")]
    public string? Name { get; set; }

    [Setting(SettingGroup.Nodes, "N", "Nodes to start on this machine, one process each, over one PostgreSQL.")]
    public int Nodes { get; set; } = 1;

    [Setting(SettingGroup.Nodes, "DIR", "Folder of that PostgreSQL; by default one folder for all starts of this user.")]
    public string? PostgresFolder { get; set; }

    [Setting(SettingGroup.Nodes, "WHEN", "When an ended node of this machine is started again: on-failure, always (also after a drain), or never.")]
    public string Restart { get; set; } = "on-failure";

    [Setting(SettingGroup.Nodes, "SECONDS", "Seconds until an ended node is started again.")]
    public double RestartAfter { get; set; } = 0.5;

    [Setting(SettingGroup.Cluster, "NAME", "Name of the node, unique in the cluster; by default the host's name and the port.")]
    public string? Node { get; set; }

    [Setting(SettingGroup.HTTP, "ADDRESS", "Address on which HTTP listens: localhost, an IP address, or * for all.")]
    public string Host { get; set; } = "localhost";

    [Setting(SettingGroup.HTTP, "N", "Port of HTTP; 0 selects a free one.")]
    public int Port { get; set; } = 8000;

    [Setting(SettingGroup.HTTP, "NAMES", "Names under which browsers reach the server, in addition to those of this machine, separated by commas, such as chat.example.com.")]
    public string? Hosts { get; set; }

    [Setting(SettingGroup.HTTP, "ADDRESSES", "Addresses and networks of proxies whose X-Forwarded-For, -Proto and -Host are trusted, separated by commas, such as 127.0.0.1,10.0.0.0/8; none by default.")]
    public string? Proxies { get; set; }

    [Setting(SettingGroup.Cluster, "ADDRESS", "Address at which other nodes reach this one: an IP address, or a host name that is resolved once at the start. An address of other machines needs a cluster secret or TLS.")]
    public string Advertise { get; set; } = "127.0.0.1";

    [Setting(SettingGroup.Cluster, "ADDRESS", "Address on which the ports for other nodes, their links and Orleans clients listen: an IP address, or * for all; the advertised one by default.")]
    public string? Listen { get; set; }

    [Setting(SettingGroup.Cluster, "N", "Port for other nodes; 0 selects a free one.")]
    public int SiloPort { get; set; }

    [Setting(SettingGroup.Cluster, "N", "Port for the links of other nodes; 0 selects a free one.")]
    public int LinkPort { get; set; }

    [Setting(SettingGroup.Cluster, "SWITCH", "Links between nodes: on, or off for grain calls only.")]
    public string Links { get; set; } = "on";

    [Setting(SettingGroup.Cluster, "N", "Port for Orleans clients; 0 for none.")]
    public int GatewayPort { get; set; }

    [Setting(SettingGroup.Database, "TEXT", "Connection string of PostgreSQL. Without it the node is a cluster of its own, and its sessions end with it.")]
    public string? Postgres { get; set; }

    [Setting(SettingGroup.Database, "FILE", "File with that connection string, which keeps it out of the command line.")]
    public string? PostgresFile { get; set; }

    [Setting(SettingGroup.Database, "SECONDS", "Seconds that the start waits for a PostgreSQL that does not answer; by default the start fails immediately.")]
    public double PostgresWait { get; set; }

    [Setting(SettingGroup.Cluster, "NAME", "Cluster of that database to which the node belongs.")]
    public string ClusterId { get; set; } = "inference";

    [Setting(SettingGroup.Devices, "N", "Devices of the node, each of which can hold a stage.")]
    public int Devices { get; set; } = 1;

    [Setting(SettingGroup.Devices, "N", "Worker threads of each device; by default one for each processor, divided among the nodes of --nodes.")]
    public int Threads { get; set; } = Environment.ProcessorCount;

    [Setting(SettingGroup.Cluster, "N", "Stages of each pipeline; by default the planner chooses the number.")]
    public int? Stages { get; set; }

    [Setting(SettingGroup.Cluster, "N", "Maximum pipelines of the cluster, each with the whole model. The same on all nodes.")]
    public int Pipelines { get; set; } = 1;

    [Setting(SettingGroup.Devices, "SIZE", "Memory for keys and values, as if the node held all layers; by default enough for 32,768 tokens. The same on all nodes.")]
    public string? KvMemory { get; set; }

    [Setting(SettingGroup.Model, "TYPE", "Element type of keys and values: f32 or bf16. The same on all nodes.")]
    public string KvType { get; set; } = "f32";

    [Setting(SettingGroup.Security, "TEXT", "Secret that nodes and Orleans clients prove to each other to know; at least 16 characters, the same on all nodes, not accepted on the command line. By default one that the database keeps for the cluster, or, without a database, one of this process.")]
    public string? ClusterSecret { get; set; }

    [Setting(SettingGroup.Security, "FILE", "File with that secret.")]
    public string? ClusterSecretFile { get; set; }

    [Setting(SettingGroup.Devices, "SIZE", "Host memory for keys and values of idle conversations that do not fit into the page pool, for all layers, such as 2GB; none by default. The same on all nodes.")]
    public string? KvOffloadMemory { get; set; }

    [Setting(SettingGroup.Devices, "SIZE", "File size for such keys and values, in addition to that memory; none by default. The same on all nodes.")]
    public string? KvOffloadFile { get; set; }

    [Setting(SettingGroup.Devices, "DIR", "Folder of that file, which has no name while it is used; the user's cache folder by default.")]
    public string? KvOffloadFolder { get; set; }

    [Setting(SettingGroup.Model, "DIR", "Folder for packed weights, or none to pack them at every start; the user's cache folder by default.")]
    public string? Cache { get; set; }

    [Setting(SettingGroup.Devices, "SIZE", "Limit for the memory of all devices of the node, for weights, pages and the working memory of steps; by default the memory of the machine or the container, divided among the nodes of --nodes.")]
    public string? DeviceMemory { get; set; }

    [Setting(SettingGroup.Serving, "N", "Maximum prompt tokens of a step.")]
    public int PrefillTokens { get; set; } = 512;

    [Setting(SettingGroup.Serving, "N", "Maximum waiting requests.")]
    public int MaxWaiting { get; set; } = 256;

    [Setting(SettingGroup.Serving, "N", "Maximum sequences that run concurrently.")]
    public int MaxRunning { get; set; } = 64;

    [Setting(SettingGroup.Serving, "MS", "Target for the milliseconds between two tokens, which the prompts of other requests may not exceed.")]
    public int InterTokenTarget { get; set; } = 200;

    [Setting(SettingGroup.Serving, "SWITCH", "Speculative decoding from earlier text, which does not change the tokens: on or off.")]
    public string Speculation { get; set; } = "on";

    [Setting(SettingGroup.Cluster, "SECONDS", "Maximum seconds of a drain: a node that stops waits for its streams to end and its layers to move.")]
    public int DrainSeconds { get; set; } = 30;

    [Setting(SettingGroup.Cluster, "SECONDS", "Seconds without an answer after which a device counts as lost.")]
    public double LostAfter { get; set; } = 1;

    [Setting(SettingGroup.Devices, "SWITCH", "Recompute cached pages in the background after every change of plan, and compare them, while a router runs on this node: on or off.")]
    public string VerifyPages { get; set; } = "off";

    [Setting(SettingGroup.HTTP, "SECONDS", "Seconds within which a client can resume its stream after its connection broke.")]
    public double ResumeWithin { get; set; } = 30;

    [Setting(SettingGroup.HTTP, "KEY", "Key that administrators send as a bearer token; without it only requests from this machine may administer.")]
    public string? AdminKey { get; set; }

    [Setting(SettingGroup.Security, "FILE", "PEM file with the node's certificate. With it nodes use TLS between each other, also on links, and accept no other connection. Set it on all nodes or on none.")]
    public string? TlsCertificate { get; set; }

    [Setting(SettingGroup.Security, "FILE", "PEM file with the key of the certificate.")]
    public string? TlsKey { get; set; }

    [Setting(SettingGroup.Security, "FILE", "PEM file with the certificates of the authority that signs the nodes of this cluster, and nothing else.")]
    public string? TlsAuthority { get; set; }

    [Setting(SettingGroup.Logs, "FORMAT", "Format of the log on standard error: plain, or json with one object in each line.")]
    public string LogFormat { get; set; } = "plain";

    [Setting(SettingGroup.HTTP, "SWITCH", "Orleans dashboard at /admin/orleans, for administrators: on or off.")]
    public string Dashboard { get; set; } = "off";

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, its value and its range.</exception>
    public void Validate()
    {
        if (Model.Length == 0)
        {
            Model = RepositoryFiles.FindDemoModel() ?? string.Empty;
        }

        Require(Directory.Exists(Model), nameof(Model), Model, "an existing folder");
        Require(Host is "localhost" or "*" || IPAddress.TryParse(Host, out _), nameof(Host), Host, "localhost, an IP address or *");
        Advertised = IPAddress.TryParse(Advertise, out IPAddress? address) ? address : LookUp(Advertise);
        Require(Advertised is not null, nameof(Advertise), Advertise, "an IP address, or a host name that resolves to one");
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
        Require(LogFormat is "plain" or "json", nameof(LogFormat), LogFormat, "plain or json");
        Together((nameof(TlsCertificate), TlsCertificate), (nameof(TlsKey), TlsKey), (nameof(TlsAuthority), TlsAuthority));
        Require(ClusterId.Length is > 0 and <= 64, nameof(ClusterId), ClusterId, "1 to 64 letters");
        _ = Size(nameof(KvMemory), KvMemory);
        _ = Size(nameof(KvOffloadMemory), KvOffloadMemory);
        _ = Size(nameof(KvOffloadFile), KvOffloadFile);
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
    public IPAddress Address => Host switch { "localhost" => IPAddress.Loopback, "*" => IPAddress.Any, _ => IPAddress.Parse(Host) };

    /// <summary>The address of <see cref="Advertise"/>; set by <see cref="Validate"/>.</summary>
    internal IPAddress? Advertised { get; private set; }

    /// <summary>What <see cref="Listen"/> stands for; known once the options are valid.</summary>
    internal IPAddress Listening { get; private set; } = IPAddress.Loopback;

    internal ServerOptions Server => new() { Address = Address, Port = Port, Hosts = Parts(Hosts), Proxies = ProxyNetworks };

    private IReadOnlyList<IPNetwork> ProxyNetworks { get; set; } = [];

    public ComputeOptions Compute => new()
    {
        Threads = Threads,
        KvBytes = Size(nameof(KvMemory), KvMemory),
        KvOffloadMemoryBytes = Size(nameof(KvOffloadMemory), KvOffloadMemory) ?? 0,
        KvOffloadFileBytes = Size(nameof(KvOffloadFile), KvOffloadFile) ?? 0,
        KvOffloadFolder = KvOffloadFolder is null ? null : Path.GetFullPath(KvOffloadFolder),
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

    internal CoordinatorOptions Control => new() { LostAfter = TimeSpan.FromSeconds(LostAfter), VerifyPages = VerifyPages == "on" };

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
            Require(File.Exists(path), name, path ?? "not given", $"an existing file, because {string.Join(", ", files.Select(static file => file.Name))} are set together");
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
