using System.Security.Cryptography;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Administration;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Catalog;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Completions;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Health;
using OrleansInference.Api.Metrics;
using OrleansInference.Api.OpenApi;
using OrleansInference.Api.Requests;
using OrleansInference.Api.Tokens;
using OrleansInference.Api.Web;
using OrleansInference.Engine.Requests;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Text;
using IPNetwork = System.Net.IPNetwork;

namespace OrleansInference.Api;

/// <summary>
/// OpenAI-compatible HTTP interface over an <see cref="IInferenceService"/>, which the host registers as a singleton in addition to the <see cref="ModelText"/>
/// of its model.
/// </summary>
public static class InferenceApi
{
    private const int KeyBytes = 32;

    /// <summary>Registers the interface's services. Options are bound from the section <see cref="ApiOptions.Section"/>, then configured, then validated at start.</summary>
    public static IServiceCollection AddInferenceApi(this IServiceCollection services, Action<ApiOptions>? configure = null)
    {
        OptionsBuilder<ApiOptions> options = services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section, static binding => binding.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        options.Configure<IConfiguration>(static (bound, configuration) => bound.ApiKeys = [.. ApiKey.Read(configuration)]);
        if (configure is not null)
            options.Configure(configure);
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptions.Validator>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new ServerOptions());
        services.AddAccess();
        services.AddAdministration();
        services.TryAddSingleton(new RequestFingerprints(RandomNumberGenerator.GetBytes(KeyBytes)));
        services.TryAddSingleton(new TenantWatermarks(RandomNumberGenerator.GetBytes(KeyBytes)));
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<RefusedBodies>();
        services.AddSingleton<TenantMetrics>();
        services.AddSingleton<ApiMetrics>();
        services.AddSingleton<GenAiMetrics>();
        services.AddSingleton<IMetricSource>(static provider => provider.GetRequiredService<ApiMetrics>());
        services.AddSingleton<QuotaGate>();
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton(provider => new ChatPrompt(provider.GetRequiredService<IInferenceService>().Model.Id, provider.GetRequiredService<ModelText>()));
        services.AddSingleton<ChatEndpoint>();
        services.AddSingleton<CompletionEndpoint>();
        services.AddSingleton<TokenEndpoints>();
        services.AddStoredObjects();
        services.AddSingleton(static provider => new MetricCollector(provider.GetServices<IMetricSource>(), provider.GetRequiredService<IInferenceService>().Model.Id));
        services.AddApiDocument();
        services.AddApiCors();
        return services;
    }

    /// <summary>Adds the interface's middleware and endpoints.</summary>
    public static WebApplication MapInferenceApi(this WebApplication app)
    {
        app.Services.GetRequiredService<MetricCollector>();
        app.Services.GetRequiredService<ConfiguredKeys>(); // follows the configuration from here on
        ServerOptions server = app.Services.GetRequiredService<ServerOptions>();
        UseProxies(app, server.Proxies);
        app.UseMiddleware<SecurityHeadersMiddleware>();
        app.UseMiddleware<RequestIdMiddleware>();
        app.UseMiddleware<HttpMetricsMiddleware>();
        app.UseMiddleware<AuditMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseApiCors(server.Origins);
        app.UseMiddleware<RequestOriginMiddleware>();
        app.UseAuthentication(); // here, as its failures are answered by the middleware above
        app.UseAuthorization();

        RouteGroupBuilder guarded = app.MapGroup(string.Empty).Requires(Rights.Generate);
        guarded.MapPost("/v1/chat/completions", (HttpContext context, ChatEndpoint endpoint) => endpoint.HandleAsync(context))
            .Describes<ChatCompletion>("createChatCompletion", "Answers a chat, as one document or as a stream of server-sent events.", ChatFieldTable.Table).Fails(StatusCodes.Status402PaymentRequired, StatusCodes.Status404NotFound, StatusCodes.Status429TooManyRequests);
        guarded.MapPost("/v1/completions", (HttpContext context, CompletionEndpoint endpoint) => endpoint.HandleAsync(context))
            .Describes<Completion>("createCompletion", "Continues prompts, as one document or as a stream of server-sent events.", CompletionFieldTable.Table).Fails(StatusCodes.Status402PaymentRequired, StatusCodes.Status404NotFound, StatusCodes.Status429TooManyRequests);
        guarded.MapStoredObjects();
        guarded.MapGet("/v1/models", ModelEndpoints.ListAsync).Describes<ModelList>("listModels", "Lists the served models.");
        guarded.MapGet("/v1/models/{**id}", ModelEndpoints.GetAsync).Describes<ModelCard>("getModel", "Describes a model.");
        guarded.MapPost("/tokenize", (HttpContext context, TokenEndpoints endpoint) => endpoint.TokenizeAsync(context))
            .Describes<TokenizeResult>("tokenize", "Converts a text or a conversation to token ids.", TokenizeRequest.Table);
        guarded.MapPost("/detokenize", (HttpContext context, TokenEndpoints endpoint) => endpoint.DetokenizeAsync(context))
            .Describes<DetokenizeResult>("detokenize", "Converts token ids to text.", DetokenizeRequest.Table);

        RouteGroupBuilder status = app.MapGroup(string.Empty).Requires(Rights.ReadStatus);
        app.MapGet("/health", HealthEndpoints.HealthAsync).Describes<HealthReport>("getHealth", "Answers 200 if the server can serve requests, otherwise 503 with the reason.").Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/alive", (Delegate)HealthEndpoints.AliveAsync).Describes<HealthReport>("getAlive", "Answers 200 as long as the process runs.");
        status.MapGet("/version", (Delegate)HealthEndpoints.VersionAsync).Describes<VersionReport>("getVersion", "Returns the server's version.");
        status.MapGet("/metrics", MetricsEndpoint.HandleAsync).WithName("getMetrics").WithSummary("Metrics in Prometheus' text format.").Produces<string>(StatusCodes.Status200OK, "text/plain");
        status.MapOpenApi("/openapi/v1.json"); // the only document
        app.MapAdministration();
        app.MapChatPage();
        return app;
    }

    /// <summary>Applies the forwarded headers of requests from configured proxies, and only from those.</summary>
    private static void UseProxies(WebApplication app, IReadOnlyList<IPNetwork> proxies)
    {
        if (proxies.Count == 0)
            return;
        ForwardedHeadersOptions forwarded = new()
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (IPNetwork proxy in proxies)
        {
            forwarded.KnownIPNetworks.Add(proxy);
        }

        app.UseForwardedHeaders(forwarded);
    }
}
