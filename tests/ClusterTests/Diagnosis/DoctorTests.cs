using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Silo.Diagnosis;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Diagnosis;

/// <summary><c>doctor</c> names what keeps a node from starting, and what to do.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task A_machine_that_can_serve_the_demo_model_has_a_line_for_each_subject_and_no_failure()
    {
        IReadOnlyList<Finding> findings = await Doctor.ExamineAsync(new NodeOptions { Http = new() { Port = 0 } });
        Assert.Equal(
            ["Cache", "Clock", "GPU", "Memory", "Model", "Ports", "PostgreSQL", "Processor", "Runtime", "Settings"],
            findings.Select(static finding => finding.Subject).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(findings, static finding => finding.Level == FindingLevel.Failed);
    }

    [Fact]
    public async Task A_port_in_use()
    {
        using TcpListener taken = new(IPAddress.Loopback, FreePorts.FindForLater(1)[0]);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Finding ports = await FailureAsync(new NodeOptions { Http = new() { Port = port } });
        Assert.Equal("Ports", ports.Subject);
        Assert.Contains($"Port {port} for HTTP (--port) is in use: stop the program that uses it", ports.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_ports_in_use_are_all_named()
    {
        int[] numbers = FreePorts.FindForLater(2);
        using TcpListener first = new(IPAddress.Loopback, numbers[0]), second = new(IPAddress.Loopback, numbers[1]);
        first.Start();
        second.Start();
        IReadOnlyList<Finding> findings = await Doctor.ExamineAsync(new NodeOptions { Http = new() { Port = numbers[0] }, Member = new() { SiloPort = numbers[1] } });
        Assert.Equal(2, findings.Count(static finding => finding is { Subject: "Ports", Level: FindingLevel.Failed }));
    }

    [Fact]
    public async Task A_model_that_does_not_exist()
    {
        Finding model = await FailureAsync(new NodeOptions { Checkpoint = new() { Model = "/nowhere/model" }, Http = new() { Port = 0 } });
        Assert.Equal(("Model", "Model is '/nowhere/model'; expected an existing folder."), (model.Subject, model.Text));
    }

    [Fact]
    public async Task Too_little_memory()
    {
        Finding memory = await FailureAsync(new NodeOptions { Http = new() { Port = 0 }, Devices = new() { DeviceMemory = 1 << 20 } });
        Assert.Equal("Memory", memory.Subject);
        Assert.Contains("more than the 1 MB of --device-memory", memory.Text, StringComparison.Ordinal);
        Assert.Contains("Choose a smaller --kv-memory", memory.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_nobody_has_started()
    {
        Finding database = await FailureAsync(new NodeOptions { Http = new() { Port = 0 }, Database = new() { Postgres = "Host=127.0.0.1;Port=1;Username=u;Password=hushed;Database=d" } });
        Assert.Equal("PostgreSQL", database.Subject);
        Assert.Contains("Start it, or correct the setting Postgres", database.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hushed", database.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_contradict_each_other()
    {
        Finding settings = await FailureAsync(new NodeOptions { Http = new() { Port = 0 }, Member = new() { Advertise = "10.1.2.3" } });
        Assert.Equal("Settings", settings.Subject);
        Assert.Contains("ORLEANS_INFERENCE_CLUSTER_SECRET", settings.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_prints_the_lines_and_ends_with_1_where_something_failed()
    {
        using NodeProgram good = new("doctor", "--port", "0");
        Assert.Equal(ExitCode.Success, (await good.EndsAsync()).Code);
        using TcpListener taken = new(IPAddress.Loopback, FreePorts.FindForLater(1)[0]);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        using NodeProgram bad = NodeProgram.Command("doctor", "--port", port);
        List<string> lines = [];
        while (await bad.AnnouncedAsync() is { } line)
        {
            lines.Add(line);
        }

        Assert.Contains(lines, line => line.StartsWith($"failed   Ports       Port {port} ", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("ok       Model       demo in ", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Failure, (await bad.EndsAsync()).Code);
    }

    /// <summary>The only finding that failed.</summary>
    private static async Task<Finding> FailureAsync(NodeOptions options) =>
        Assert.Single(await Doctor.ExamineAsync(options), static finding => finding.Level == FindingLevel.Failed);
}
