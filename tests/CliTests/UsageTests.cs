namespace OrleansInference.CliTests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("no-such-command")]
    [InlineData("model", "info", "--no-such-option")]
    [InlineData("model", "info", "surplus")]
    [InlineData("model", "eval", "--chunk", "0")]
    [InlineData("model", "eval", "--generate", "many")]
    [InlineData("chat", "--threads", "0")]
    [InlineData("chat", "--kv-type", "f64")]
    [InlineData("chat", "--kv-memory", "plenty")]
    [InlineData("chat", "--kv-memory", "99999999999TB")]
    [InlineData("model", "info", "--model", "/no/such/folder")]
    [InlineData("bench", "chaos", "--kills", "0")]
    [InlineData("bench", "chaos", "--streams", "many")]
    [InlineData("bench", "chaos", "--roles", "king")]
    [InlineData("bench", "chaos", "--model", "/no/such/folder")]
    [InlineData("bench", "chaos", "--beside", "1025")]
    [InlineData("bench", "starts", "--starts", "0")]
    [InlineData("bench", "starts", "--beside", "several")]
    public async Task Wrong_arguments_end_with_code_2_and_say_why(params string[] arguments)
    {
        CliResult json = await CliProcess.RunAsync([.. arguments, "--json"]);
        Assert.Equal(2, json.ExitCode);
        string given = arguments.Last(argument => argument is not ("model" or "info" or "eval"));
        Assert.Contains(given, json.Error(), StringComparison.Ordinal);
        CliResult plain = await CliProcess.RunAsync(arguments);
        Assert.Equal(2, plain.ExitCode);
        Assert.Empty(plain.Output);
        Assert.Contains(given, plain.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("chat")]
    [InlineData("model")]
    [InlineData("bench")]
    [InlineData("cluster")]
    public async Task Help_names_every_command(string command)
    {
        CliResult result = await CliProcess.RunAsync(["--help"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(command, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_come_from_the_file_then_the_environment_then_the_command_line()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), """{"Model": "/from/the/file"}""");
        Dictionary<string, string> environment = new() { ["ORLEANS_INFERENCE_MODEL"] = "/from/the/environment" };

        CliResult file = await CliProcess.RunAsync(["model", "info", "--json"], folder: folder.Path);
        CliResult variable = await CliProcess.RunAsync(["model", "info", "--json"], environment: environment, folder: folder.Path);
        CliResult option = await CliProcess.RunAsync(["model", "info", "--json", "--model", "/from/the/option"], environment: environment, folder: folder.Path);

        Assert.Contains("'/from/the/file'", file.Error(), StringComparison.Ordinal);
        Assert.Contains("'/from/the/environment'", variable.Error(), StringComparison.Ordinal);
        Assert.Contains("'/from/the/option'", option.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_settings_file_is_named()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), "{\"Port\": ");
        CliResult result = await CliProcess.RunAsync(["model", "info", "--json"], folder: folder.Path);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("appsettings.json", result.Error(), StringComparison.Ordinal);
    }
}
