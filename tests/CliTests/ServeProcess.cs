using System.Diagnostics;
using System.Text.Json;

namespace OrleansInference.CliTests;

/// <summary>A server as a process of its own, on a port that is free.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private const int SigTerm = 15;

    private readonly Process _process;

    private ServeProcess(Process process, Uri address, string model)
    {
        _process = process;
        Address = address;
        Model = model;
        Http = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    public string Model { get; }

    public HttpClient Http { get; }

    /// <summary>Returns once the server has said where it listens.</summary>
    public static async Task<ServeProcess> StartAsync(params string[] arguments)
    {
        Process process = CliProcess.Start(["serve", "--port", "0", "--cache", "none", "--json", .. arguments]);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server ended before it listened.");
        using JsonDocument ready = JsonDocument.Parse(line);
        return new ServeProcess(process, new Uri(ready.RootElement.GetProperty("url").GetString()!), ready.RootElement.GetProperty("model").GetString()!);
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public async Task<int> TerminateAsync()
    {
        using Process kill = Process.Start("kill", [$"-{SigTerm}", $"{_process.Id}"]);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
