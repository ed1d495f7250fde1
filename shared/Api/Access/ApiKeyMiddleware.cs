using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OrleansInference.Models;

namespace OrleansInference.Api.Access;

/// <summary>Marks endpoints that require a key if keys are configured.</summary>
internal sealed class RequiresKey
{
    public static RequiresKey Instance { get; } = new();
}

/// <summary>Checks the bearer key of requests to endpoints that require one, and derives the caller from it.</summary>
internal sealed partial class ApiKeyMiddleware
{
    private const string Scheme = "Bearer ";
    private const int TenantDigits = 16;

    private readonly RequestDelegate _next;
    private readonly IConfiguration _configuration;
    private readonly ILogger _logger;
    private ApiKey[] _read; // in the form of the configuration
    private volatile (byte[] Hash, Caller Caller)[] _known;

    /// <param name="next">Next middleware.</param>
    /// <param name="options">Options with the keys at the start.</param>
    /// <param name="configuration">Configuration from which changed keys are reloaded.</param>
    /// <param name="logger">Receives a line for each reload of keys.</param>
    public ApiKeyMiddleware(RequestDelegate next, IOptions<ApiOptions> options, IConfiguration configuration, ILogger<ApiKeyMiddleware> logger)
    {
        _next = next;
        _configuration = configuration;
        _logger = logger;
        _known = [.. options.Value.ApiKeys.Select(Prepare)];
        _read = ApiKey.Read(configuration);
        _ = ChangeToken.OnChange(configuration.GetReloadToken, Reload); // for the lifetime of the application
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (_known.Length > 0 && context.GetEndpoint()?.Metadata.GetMetadata<RequiresKey>() is not null)
            Caller.Set(context, Authenticate(context.Request.Headers.Authorization.ToString()));
        return _next(context);
    }

    /// <summary>Applies changed keys. The last key cannot be removed by a reload, because a file that is being written would open the server to everybody.</summary>
    private void Reload()
    {
        ApiKey[] keys;
        try
        {
            keys = ApiKey.Read(_configuration);
        }
        catch (InvalidOperationException malformed)
        {
            NotReloaded(_known.Length, malformed.Message.TrimEnd('.'));
            return;
        }

        if (keys.SequenceEqual(_read))
            return;
        if ((keys.Length == 0 && _known.Length > 0 ? "there is no key" : ApiKey.FindFault(keys)) is { } fault)
        {
            NotReloaded(_known.Length, fault);
            return;
        }

        int added = keys.ExceptBy(_read.Select(static key => key.Key), static key => key.Key).Count();
        int removed = _read.ExceptBy(keys.Select(static key => key.Key), static key => key.Key).Count();
        int changed = keys.Except(_read).Count() - added;
        _read = keys;
        _known = [.. keys.Select(Prepare)];
        Reloaded(keys.Length, added, removed, changed);
    }

    /// <summary>Compares the header with every key in constant time, so that the timing reveals nothing about the keys.</summary>
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

    private static (byte[] Hash, Caller Caller) Prepare(ApiKey key)
    {
        byte[] hash = Hash(key.Key);
        return (hash, new Caller(key.Tenant ?? $"key-{Convert.ToHexStringLower(hash)[..TenantDigits]}", key.MaxPriority));
    }

    [LoggerMessage(LogLevel.Information, "API keys were reloaded: {Keys} in total, {Added} added, {Removed} removed, {Changed} changed.")]
    private partial void Reloaded(int keys, int added, int removed, int changed);

    [LoggerMessage(LogLevel.Warning, "API keys were not reloaded, because {Reason}. The server keeps its previous keys ({Keys}).")]
    private partial void NotReloaded(int keys, string reason);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
