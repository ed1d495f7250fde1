using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OrleansInference.Api;
using OrleansInference.Cli.Settings;
using OrleansInference.Compute;
using OrleansInference.Models;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Cli.Hosting;

/// <summary>A model behind the HTTP API, in this process.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication _application;
    private readonly ServedCheckpoint _model;

    private LocalServer(WebApplication application, ServedCheckpoint model)
    {
        _application = application;
        _model = model;
        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Address = new Uri(address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal));
    }

    /// <summary>Where the server can be reached from this machine.</summary>
    public Uri Address { get; }

    /// <summary>Loads the model, then listens.</summary>
    /// <exception cref="InferenceException">The port is in use, or the model cannot be loaded.</exception>
    public static async Task<LocalServer> StartAsync(ServeOptions options, IProgress<LoadProgress>? progress)
    {
        // Loading a big model takes long: whoever mistook the port should not have to wait for it.
        RequireFree(options);
        ServedCheckpoint model = ServedCheckpoint.Load(options.Model, progress);
        WebApplication? application = null;
        try
        {
            application = InferenceServer.Build(model.Service, new ServerOptions { Address = options.Address, Port = options.Port }, configure: Configure);
            await application.StartAsync();
            return new LocalServer(application, model);
        }
        catch (Exception exception)
        {
            if (application is not null)
            {
                await application.DisposeAsync();
            }

            await model.DisposeAsync();
            if (exception is IOException or SocketException)
            {
                throw CannotListen(options, exception);
            }

            throw;
        }
    }

    /// <summary>Returns after Ctrl-C or SIGTERM, when the requests under way have ended or their time is up.</summary>
    /// <exception cref="InferenceException">The server has stopped unasked, since a part of it failed.</exception>
    public async Task WaitForShutdownAsync()
    {
        await _application.WaitForShutdownAsync();
        if (HostFailure.Find(_application.Services) is { } failure)
        {
            throw new InferenceException(ErrorCode.Internal, $"The server ends: {failure.Part} failed with {failure.Error.GetType().Name}: {failure.Error.Message}", null, failure.Error);
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
        builder.Configuration.AddJsonFile(Path.GetFullPath(SettingCollection.FileName), optional: true).AddEnvironmentVariables(SettingName.VariablePrefix);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(logging => logging.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
    }

    private static void RequireFree(ServeOptions options)
    {
        try
        {
            using TcpListener probe = new(options.Address, options.Port);
            probe.Start();
        }
        catch (SocketException exception)
        {
            throw CannotListen(options, exception);
        }
    }

    private static InferenceException CannotListen(ServeOptions options, Exception exception)
    {
        bool inUse = exception is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } || exception.InnerException is AddressInUseException;
        IPEndPoint where = new(options.Address, options.Port);
        return new InferenceException(
            ErrorCode.Unavailable,
            inUse ? $"Port {options.Port} is in use already ({where}): choose another with --port, or 0 for any." : $"Cannot listen on {where}: {exception.Message}",
            ServeOptions.PortSetting.Option.Name,
            exception);
    }
}
