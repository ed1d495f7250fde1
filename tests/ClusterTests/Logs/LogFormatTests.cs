using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Logs;

/// <summary>What the program writes to its standard error output.</summary>
public sealed partial class LogFormatTests
{
    [Fact]
    public async Task Each_line_is_a_json_object_where_that_is_asked_for()
    {
        using NodeProgram node = NodeProgram.With(
            new() { ["ORLEANS_INFERENCE_LOG_FORMAT"] = "json", ["Logging__LogLevel__Orleans"] = "Information" }, "--port", "0", "--cache", "none", "--threads", "1", "--node", "alone");
        using HttpClient http = new() { BaseAddress = new Uri(await node.ServesAsync()) };
        using HttpResponseMessage response = await http.PostAsJsonAsync("v1/completions", new { model = "demo", prompt = "1 + 1 =", max_tokens = 2 });
        response.EnsureSuccessStatusCode();
        await node.SendAsync(ProcessSignal.Terminate);
        (int code, string[] errors) = await node.EndsAsync();

        Assert.Equal(ExitCode.Success, code);
        JsonElement[] lines = [.. errors.Select(static line => JsonElement.Parse(line))];
        Assert.All(lines, static line => Assert.True(DateTimeOffset.TryParse(line.GetProperty("Timestamp").GetString(), out _)));
        Assert.Contains(lines, static line => line.GetProperty("Category").GetString()!.StartsWith("Orleans.Runtime", StringComparison.Ordinal)); // the level is effective
        JsonElement joined = One("joined the cluster");
        Assert.Equal(("Information", "alone", 1), (joined.GetProperty("LogLevel").GetString(), joined.GetProperty("State").GetProperty("Node").GetString(), joined.GetProperty("State").GetProperty("Nodes").GetInt32()));
        Assert.Equal("OrleansInference.Grains.DirectoryGrain", joined.GetProperty("Category").GetString());
        One("takes part in the cluster");
        One("is made (reason: Start). alone (device ");
        One("is in force. alone (device ");
        Assert.True(One("are packed: ").GetProperty("State").GetProperty("Seconds").GetDouble() > 0);
        One("The drain of node alone begins");
        One("The drain of node alone has ended");

        JsonElement One(string words) => Assert.Single(lines, line => line.GetProperty("Message").GetString()!.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_error_at_the_start_is_an_object_too()
    {
        using NodeProgram node = NodeProgram.With([], "--log-format", "json", "--model", "/nowhere/model");
        (int code, string[] errors) = await node.EndsAsync();
        JsonElement error = JsonElement.Parse(Assert.Single(errors));
        Assert.Equal(ExitCode.UsageError, code);
        Assert.Equal("Critical", error.GetProperty("LogLevel").GetString());
        Assert.Contains("Model is '/nowhere/model'", error.GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Otherwise_an_event_is_one_line_with_its_time_level_and_component()
    {
        using NodeProgram node = NodeProgram.With([], "--port", "0", "--threads", "1", "--node", "alone");
        await node.ServesAsync();
        await node.SendAsync(ProcessSignal.Terminate);
        string[] errors = (await node.EndsAsync()).Errors;
        Assert.All(errors, static line => Assert.Matches(Line(), line));
        Assert.Contains(errors, static line => line.EndsWith(" info  DirectoryGrain: Node alone at 127.0.0.1:" + line.Split("127.0.0.1:")[^1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plain", "all", "[email]")]
    [InlineData("json", "all", "[email]")]
    [InlineData("json", "phone", "jo@example.com")]
    public async Task Personal_data_of_requests_is_masked(string format, string kinds, string expected)
    {
        using NodeProgram node = NodeProgram.With(new() { ["Logging__LogLevel__OrleansInference"] = "Debug" }, "--port", "0", "--threads", "1", "--log-format", format, "--mask-personal-data", kinds);
        using HttpClient http = new() { BaseAddress = new Uri(await node.ServesAsync()) };
        using HttpResponseMessage response = await http.PostAsJsonAsync("v1/completions", new { model = "jo@example.com or +49 30 901820", prompt = "1 + 1 =" });
        await node.SendAsync(ProcessSignal.Terminate);
        string[] errors = (await node.EndsAsync()).Errors;
        string refused = Assert.Single(errors, static line => line.Contains("was refused with 404", StringComparison.Ordinal));
        Assert.Contains($"'{expected} or [phone]'", refused.Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(errors, static line => line.Contains("901820", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Warning", false)]
    [InlineData("Information", true)]
    public async Task The_variable_of_a_level_has_an_effect(string level, bool says)
    {
        using NodeProgram node = NodeProgram.With(new() { ["Logging__LogLevel__Default"] = level }, "--port", "0", "--threads", "1");
        using HttpClient http = new() { BaseAddress = new Uri(await node.ServesAsync()) };
        using HttpResponseMessage response = await http.PostAsJsonAsync("v1/completions", new { model = "demo", prompt = "1 + 1 =", max_tokens = 2 }); // waits for a plan
        response.EnsureSuccessStatusCode();
        await node.SendAsync(ProcessSignal.Terminate);
        Assert.Equal(says, (await node.EndsAsync()).Errors.Any(static line => line.Contains("is in force", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_level_that_does_not_exist_is_one_line()
    {
        using NodeProgram node = NodeProgram.With(new() { ["Logging__LogLevel__Orleans"] = "Loud" }, "--port", "0");
        (int code, string[] errors) = await node.EndsAsync();
        Assert.Equal((ExitCode.UsageError, "Logging:LogLevel:Orleans is Loud; expected one of Trace, Debug, Information, Warning, Error, Critical, None."), (code, Assert.Single(errors)));
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (trace|debug|info |warn |error|fatal) [\w.]+: .+$")]
    private static partial Regex Line();
}
