using System.ClientModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI;
using OrleansInference.Api;
using OrleansInference.Api.Storage;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Requests;
using OrleansInference.Text;

namespace OrleansInference.ApiTests;

/// <summary>A running server over a service, and clients for it. One for each test, so that tests share nothing.</summary>
internal sealed class ApiFixture : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiFixture(WebApplication app)
    {
        _app = app;
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Address = new Uri(address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public IConfigurationRoot Configuration => (IConfigurationRoot)_app.Configuration;

    /// <param name="service">What answers.</param>
    /// <param name="options">Changes the options. Streams have no comments unless it says so, as they would come where the machine is busy.</param>
    /// <param name="time">The server's clock; the system's by default.</param>
    /// <param name="server">Where it listens and whom it believes; loopback by default.</param>
    /// <param name="text">How the model reads and writes text; as <see cref="ScriptedService"/> does by default.</param>
    /// <param name="log">Takes what the server logs; nothing by default.</param>
    /// <param name="settings">Of the configuration.</param>
    /// <param name="store">Keeps the responses, for servers that share them; each has its own by default.</param>
    /// <param name="durable">Keeps the responses, for servers that report to it.</param>
    /// <param name="services">Replaces services.</param>
    public static async Task<ApiFixture> StartAsync(
        IInferenceService service, Action<ApiOptions>? options = null, TimeProvider? time = null, ServerOptions? server = null, ILoggerProvider? log = null,
        ModelText? text = null, Dictionary<string, string?>? settings = null, MemoryResponseStore? store = null, IResponseStore? durable = null,
        Action<IServiceCollection>? services = null)
    {
        WebApplication app = InferenceServer.Build(
            service,
            text ?? ScriptedService.Text,
            server ?? new ServerOptions { Port = 0 },
            own =>
            {
                own.KeepAlive = TimeSpan.Zero;
                options?.Invoke(own);
            },
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(settings);
                builder.Logging.ClearProviders();
                if (log is not null)
                {
                    builder.Logging.AddProvider(log);
                }

                builder.Services.AddSingleton(time ?? TimeProvider.System);
                if (store is not null)
                {
                    builder.Services.AddSingleton(store);
                }

                if (durable is not null)
                {
                    builder.Services.AddSingleton(durable);
                }

                services?.Invoke(builder.Services);
            });
        await app.StartAsync();
        return new ApiFixture(app);
    }

    /// <summary>The official client, with retries off so that errors are seen.</summary>
    public OpenAIClient OpenAI(string key = "unused") => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(Address, "/v1"), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) });

    /// <summary>Stops as a node does that is asked to.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
