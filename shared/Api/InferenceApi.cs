using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Catalog;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Health;
using OrleansInference.Api.Metrics;
using OrleansInference.Api.Web;
using OrleansInference.Serving;

namespace OrleansInference.Api;

/// <summary>The OpenAI-compatible HTTP interface over an <see cref="IInferenceService"/>, which the host registers as a singleton.</summary>
public static class InferenceApi
{
    /// <summary>Registers the interface's parts; options are bound from the section <see cref="ApiOptions.Section"/>, then configured, then validated at start.</summary>
    public static IServiceCollection AddInferenceApi(this IServiceCollection services, Action<ApiOptions>? configure = null)
    {
        OptionsBuilder<ApiOptions> options = services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptions.Validator>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ApiMetrics>();
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton(provider => new ChatPrompt(provider.GetRequiredService<IInferenceService>().Model));
        services.AddSingleton<ChatEndpoint>();
        return services;
    }

    /// <summary>Adds the interface's middleware and endpoints.</summary>
    public static WebApplication MapInferenceApi(this WebApplication app)
    {
        app.UseMiddleware<RequestIdMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<ApiKeyMiddleware>();

        RouteGroupBuilder guarded = app.MapGroup(string.Empty).WithMetadata(RequiresKey.Instance);
        guarded.MapPost("/v1/chat/completions", (HttpContext context, ChatEndpoint endpoint) => endpoint.HandleAsync(context));
        guarded.MapGet("/v1/models", ModelEndpoints.ListAsync);
        guarded.MapGet("/v1/models/{**id}", ModelEndpoints.GetAsync);

        app.MapGet("/health", HealthEndpoints.HealthAsync);
        app.MapGet("/alive", (Delegate)HealthEndpoints.AliveAsync);
        app.MapGet("/version", (Delegate)HealthEndpoints.VersionAsync);
        app.MapChatPage();
        return app;
    }
}
