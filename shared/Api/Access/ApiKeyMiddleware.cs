using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OrleansInference.Models;

namespace OrleansInference.Api.Access;

/// <summary>Marks endpoints that need a key where keys are configured.</summary>
internal sealed class RequiresKey
{
    public static RequiresKey Instance { get; } = new();
}

/// <summary>Checks the bearer key of requests to endpoints that need one, and derives the caller from it.</summary>
internal sealed partial class ApiKeyMiddleware
{
    private const string Scheme = "Bearer ";
    private const int TenantDigits = 16;

    private readonly RequestDelegate _next;
    private readonly IConfiguration _configuration;
    private readonly ILogger _logger;
    private ApiKey[] _read; // as the configuration has them
    private volatile (byte[] Hash, Caller Caller)[] _known;

    /// <param name="next">What follows.</param>
    /// <param name="options">The keys at the start.</param>
    /// <param name="configuration">The keys from then on, when it is read again.</param>
    /// <param name="logger">Receives what becomes of keys.</param>
    public ApiKeyMiddleware(RequestDelegate next, IOptions<ApiOptions> options, IConfiguration configuration, ILogger<ApiKeyMiddleware> logger)
    {
        _next = next;
        _configuration = configuration;
        _logger = logger;
        _known = [.. options.Value.ApiKeys.Select(Know)];
        _read = ApiKey.Read(configuration);
        _ = ChangeToken.OnChange(configuration.GetReloadToken, Reload); // as long as the application
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (_known.Length > 0 && context.GetEndpoint()?.Metadata.GetMetadata<RequiresKey>() is not null)
            Caller.Set(context, Authenticate(context.Request.Headers.Authorization.ToString()));
        return _next(context);
    }

    /// <summary>Takes over keys that have changed. The last one cannot be removed so: a file that is being written would open the server to everybody.</summary>
    private void Reload()
    {
        ApiKey[] keys;
        try
        {
            keys = ApiKey.Read(_configuration);
        }
        catch (InvalidOperationException malformed)
        {
            NotTaken(_known.Length, malformed.Message.TrimEnd('.'));
            return;
        }

        if (keys.SequenceEqual(_read))
            return;
        if ((keys.Length == 0 && _known.Length > 0 ? "there is none" : ApiKey.FindFault(keys)) is { } fault)
        {
            NotTaken(_known.Length, fault);
            return;
        }

        int added = keys.ExceptBy(_read.Select(static key => key.Key), static key => key.Key).Count();
        int removed = _read.ExceptBy(keys.Select(static key => key.Key), static key => key.Key).Count();
        int changed = keys.Except(_read).Count() - added;
        _read = keys;
        _known = [.. keys.Select(Know)];
        Taken(keys.Length, added, removed, changed);
    }

    /// <summary>Compares with every key, in constant time, so that timing tells nothing of them.</summary>
    private Caller Authenticate(string header)
    {
        byte[] given = Hash(header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : string.Empty);
        Caller? known = null;
        foreach ((byte[] hash, Caller caller) in _known)
        {
            known = CryptographicOperations.FixedTimeEquals(hash, given) ? caller : known;
        }

        return known ?? throw new InferenceException(ErrorCode.Unauthorized, "The API key is missing or wrong; send it as 'Authorization: Bearer KEY'.");
    }

    private static (byte[] Hash, Caller Caller) Know(ApiKey key)
    {
        byte[] hash = Hash(key.Key);
        return (hash, new Caller(key.Tenant ?? $"key-{Convert.ToHexStringLower(hash)[..TenantDigits]}", key.MaxPriority));
    }

    [LoggerMessage(LogLevel.Information, "API keys are read again: {Keys} in all, {Added} added, {Removed} removed, {Changed} changed.")]
    private partial void Taken(int keys, int added, int removed, int changed);

    [LoggerMessage(LogLevel.Warning, "API keys are not read again, because {Reason}: the server keeps the {Keys} that it has.")]
    private partial void NotTaken(int keys, string reason);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
