using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrleansInference.Api.Access;

/// <summary>Cross-origin requests (CORS) of the configured origins to everything but administration.</summary>
internal static class ApiCors
{
    private const string Policy = "api";
    private const string SdkPrefix = "x-stainless-"; // headers that the OpenAI SDKs add, different ones in each version

    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromMinutes(10);

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post];

    private static readonly string[] RequestHeaders =
    [
        "authorization", "x-api-key", "api-key", "content-type", "last-event-id", "x-request-id", "openai-organization", "openai-project", "openai-beta", "idempotency-key", "user-agent", "traceparent", "tracestate",
    ];

    private static readonly string[] ResponseHeaders =
    [
        "x-request-id", "retry-after",
        "x-ratelimit-limit-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-requests", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens",
    ];

    public static IServiceCollection AddApiCors(this IServiceCollection services)
    {
        services.AddCors();
        services.AddSingleton<ICorsPolicyProvider, PolicyProvider>();
        return services;
    }

    /// <summary>Answers preflight requests, and adds the headers of CORS to the other responses.</summary>
    public static void UseApiCors(this IApplicationBuilder app, AllowedOrigins origins)
    {
        if (!origins.IsEmpty)
            app.UseWhen(static context => !AdminPaths.Contains(context.Request.Path), static api => api.UseCors(Policy));
    }

    private sealed class PolicyProvider(ServerOptions server) : ICorsPolicyProvider
    {
        public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
        {
            CorsPolicyBuilder policy = new();
            if (server.Origins.IsEvery)
                policy.AllowAnyOrigin();
            else
                policy.WithOrigins([.. server.Origins.CorsOrigins]);
            if (server.Origins.CorsCredentials)
                policy.AllowCredentials();
            StringValues requested = context.Request.Headers[HeaderNames.AccessControlRequestHeaders];
            policy.WithMethods(Methods).WithHeaders([.. RequestHeaders, .. OfSdk(requested)]).WithExposedHeaders(ResponseHeaders).SetPreflightMaxAge(PreflightMaxAge);
            return Task.FromResult<CorsPolicy?>(policy.Build());
        }

        private static IEnumerable<string> OfSdk(StringValues requested) => requested.ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(static name => name.StartsWith(SdkPrefix, StringComparison.OrdinalIgnoreCase));
    }
}
