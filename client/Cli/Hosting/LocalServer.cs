using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OrleansInference.Api;
using OrleansInference.Cli.Settings;
using OrleansInference.Compute;

namespace OrleansInference.Cli.Hosting;

/// <summary>HTTP server with a model in this process, on a free port of the loopback address.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication _application;
    private readonly ServedCheckpoint _model;

    private LocalServer(WebApplication application, ServedCheckpoint model)
    {
        _application = application;
        _model = model;
        Address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Address of the server.</summary>
    public Uri Address { get; }

    /// <summary>Loads the model and starts the server.</summary>
    /// <exception cref="InferenceException">The model cannot be loaded.</exception>
    public static async Task<LocalServer> StartAsync(ModelOptions options, IProgress<LoadProgress>? progress)
    {
        ServedCheckpoint model = ServedCheckpoint.Load(options, progress);
        WebApplication? application = null;
        try
        {
            application = InferenceServer.Build(model.Service, model.Text, new ServerOptions { Address = IPAddress.Loopback, Port = 0 }, configure: Configure);
            await application.StartAsync();
            return new LocalServer(application, model);
        }
        catch
        {
            if (application is not null)
            {
                await application.DisposeAsync();
            }

            await model.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        await _model.DisposeAsync();
    }

    private static void Configure(WebApplicationBuilder builder)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(logging => logging.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
    }
}
