using System.Diagnostics;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Requests;
using Xunit.Abstractions;

namespace OrleansInference.ApiTests.Sdk;

/// <summary>The official client for Node, which npm installs.</summary>
public sealed class NodeSdkTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [SkippableFact]
    public async Task Responses_and_conversations_are_driven_by_the_client_for_Node()
    {
        Skip.If(await RunAsync(Path.GetTempPath(), "node", "--version") is not 0 || await RunAsync(Path.GetTempPath(), "npm", "--version") is not 0, "Node and npm are not installed here.");
        string folder = Directory.CreateTempSubdirectory("orleans-inference-node-").FullName;
        try
        {
            foreach (string file in (string[])["package.json", "responses.js"])
            {
                File.Copy(Path.Combine(AppContext.BaseDirectory, "Node", file), Path.Combine(folder, file));
            }

            Skip.If(await RunAsync(folder, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock") is not 0, "npm cannot install the client here.");
            ScriptedService service = new();
            Func<GenerationRequest, int, string> say = service.Answer;
            service.Answer = (request, choice) =>
            {
                string prompt = ScriptedService.Text.Tokenizer.Decode(request.Prompt.Span, skipSpecialTokens: true);
                service.Hold = prompt.EndsWith("say wait[assistant]", StringComparison.Ordinal) ? new TaskCompletionSource() : null; // what waits already goes on waiting
                return prompt.EndsWith("call weather[assistant]", StringComparison.Ordinal) ? "<tool_call>{\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}}</tool_call>" : say(request, choice);
            };
            await using ApiFixture api = await ApiFixture.StartAsync(service);
            Assert.Equal(0, await RunAsync(folder, "node", "responses.js", new Uri(api.Address, "/v1").ToString()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>Exit code; null if the program does not exist.</returns>
    private async Task<int?> RunAsync(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(OperatingSystem.IsWindows() && program == "npm" ? "npm.cmd" : program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            output.WriteLine(await process.StandardOutput.ReadToEndAsync() + await error);
            using CancellationTokenSource late = new(Timeout);
            await process.WaitForExitAsync(late.Token);
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
