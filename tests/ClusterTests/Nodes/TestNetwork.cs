using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>A network for the nodes of a test: a namespace for each, joined by a bridge, whose links can be cut and joined again. Needs root.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private const int Numbers = 249;

    // Networks of a process that are there at the same time have different numbers.
    private static int _last = Random.Shared.Next(Numbers);

    private readonly string _name;
    private readonly string _prefix; // of the addresses
    private readonly int _nodes;

    private TestNetwork(string name, string prefix, int nodes)
    {
        _name = name;
        _prefix = prefix;
        _nodes = nodes;
    }

    /// <summary>Of this process, as the nodes see it.</summary>
    public IPAddress Gateway => IPAddress.Parse($"{_prefix}.254");

    /// <summary>Skips the test where there are no namespaces to be had.</summary>
    public static async Task<TestNetwork> CreateAsync(int nodes)
    {
        int number = 1 + (int)((uint)Interlocked.Increment(ref _last) % Numbers);
        TestNetwork network = new(string.Create(CultureInfo.InvariantCulture, $"oi{number}"), string.Create(CultureInfo.InvariantCulture, $"10.213.{number}"), nodes);
        try
        {
            await network.MakeAsync();
            return network;
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            await network.DisposeAsync();
            throw new SkipException($"Network namespaces cannot be made here: {error.Message}");
        }
    }

    /// <summary>Address of a node, counted from 1.</summary>
    public string AddressOf(int node) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}.{node}");

    /// <summary>What a node's program is started by.</summary>
    public string[] LauncherOf(int node) => ["ip", "netns", "exec", NamespaceOf(node)];

    /// <summary>Parts a node from all others, from PostgreSQL and from clients: nothing comes, nothing is refused.</summary>
    public Task CutAsync(int node) => RunAsync("ip", "link", "set", LinkOf(node), "down");

    public Task JoinAsync(int node) => RunAsync("ip", "link", "set", LinkOf(node), "up");

    /// <summary>Gives a node the address of another one besides its own: to that other it speaks with itself, and nothing of it arrives.</summary>
    public Task ShadowAsync(int node, int other) => RunAsync("ip", "-n", NamespaceOf(node), "addr", "add", $"{AddressOf(other)}/32", "dev", "lo");

    public Task UnshadowAsync(int node, int other) => RunAsync("ip", "-n", NamespaceOf(node), "addr", "del", $"{AddressOf(other)}/32", "dev", "lo");

    /// <summary>What a node answers to one who is parted with it; empty when it does not.</summary>
    public Task<string> AskAsync(int node, int port, string path, string key)
    {
        string request = $"GET {path} HTTP/1.1\\r\\nHost: {AddressOf(node)}\\r\\nAuthorization: Bearer {key}\\r\\nConnection: close\\r\\n\\r\\n";
        string script = string.Create(CultureInfo.InvariantCulture, $"exec 3<>/dev/tcp/{AddressOf(node)}/{port} && printf '{request}' >&3 && timeout 8 cat <&3 || true");
        return RunAsync([.. LauncherOf(node), "bash", "-c", script]);
    }

    public async ValueTask DisposeAsync()
    {
        for (int node = 1; node <= _nodes; node++)
        {
            await TryAsync("ip", "netns", "del", NamespaceOf(node));
        }

        await TryAsync("ip", "link", "del", _name);
    }

    private async Task MakeAsync()
    {
        await RunAsync("ip", "link", "add", "name", _name, "type", "bridge");
        await RunAsync("ip", "addr", "add", $"{Gateway}/24", "dev", _name);
        await RunAsync("ip", "link", "set", _name, "up");
        for (int node = 1; node <= _nodes; node++)
        {
            await RunAsync("ip", "netns", "add", NamespaceOf(node));
            await RunAsync("ip", "link", "add", LinkOf(node), "type", "veth", "peer", "name", "eth0", "address", HardwareOf(node), "netns", NamespaceOf(node));
            await RunAsync("ip", "link", "set", LinkOf(node), "master", _name, "up");
            await RunAsync("ip", "-n", NamespaceOf(node), "addr", "add", $"{AddressOf(node)}/24", "dev", "eth0");
            await RunAsync("ip", "-n", NamespaceOf(node), "link", "set", "eth0", "up");
            await RunAsync("ip", "-n", NamespaceOf(node), "link", "set", "lo", "up");
        }

        // A lookup of a neighbour's address finds out that it cannot be reached, which a lost machine reports to nobody.
        for (int node = 1; node <= _nodes; node++)
        {
            await RunAsync("ip", "neigh", "add", AddressOf(node), "lladdr", HardwareOf(node), "dev", _name);
            foreach (int other in Enumerable.Range(1, _nodes).Where(other => other != node))
            {
                await RunAsync("ip", "-n", NamespaceOf(node), "neigh", "add", AddressOf(other), "lladdr", HardwareOf(other), "dev", "eth0");
            }
        }
    }

    private static string HardwareOf(int node) => string.Create(CultureInfo.InvariantCulture, $"02:00:00:00:00:{node:x2}");

    private string NamespaceOf(int node) => string.Create(CultureInfo.InvariantCulture, $"{_name}n{node}");

    private string LinkOf(int node) => string.Create(CultureInfo.InvariantCulture, $"{_name}v{node}");

    private static async Task TryAsync(params string[] command)
    {
        try
        {
            await RunAsync(command);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It was not made.
        }
    }

    private static async Task<string> RunAsync(params string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{string.Join(' ', command)}: {errors.Trim()}");
    }
}
