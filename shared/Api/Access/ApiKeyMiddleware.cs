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

/// <summary>Checks the bearer key of requests to endpoints that need one, and derives the tenant from it.</summary>
internal sealed partial class ApiKeyMiddleware
{
    private const string Scheme = "Bearer ";
    private const int TenantDigits = 16;

    private readonly RequestDelegate _next;
    private readonly IConfigurationSection _configured;
    private readonly ILogger _logger;
    private string[] _read; // as the configuration has them
    private volatile byte[][] _hashes;

    /// <param name="next">What follows.</param>
    /// <param name="options">The keys at the start.</param>
    /// <param name="configuration">The keys from then on, when it is read again.</param>
    /// <param name="logger">Receives what becomes of keys.</param>
    public ApiKeyMiddleware(RequestDelegate next, IOptions<ApiOptions> options, IConfiguration configuration, ILogger<ApiKeyMiddleware> logger)
    {
        _next = next;
        _configured = configuration.GetSection($"{ApiOptions.Section}:{nameof(ApiOptions.ApiKeys)}");
        _logger = logger;
        _hashes = [.. options.Value.ApiKeys.Select(Hash)];
        _read = Read();
        _ = ChangeToken.OnChange(configuration.GetReloadToken, Reload); // as long as the application
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (_hashes.Length > 0 && context.GetEndpoint()?.Metadata.GetMetadata<RequiresKey>() is not null)
            Caller.SetTenant(context, Authenticate(context.Request.Headers.Authorization.ToString()));
        return _next(context);
    }

    /// <summary>Takes over keys that have changed. The last one cannot be removed so: a file that is being written would open the server to everybody.</summary>
    private void Reload()
    {
        string[] keys = Read();
        if (keys.SequenceEqual(_read))
            return;
        if (Array.Exists(keys, string.IsNullOrWhiteSpace) || (keys.Length == 0 && _hashes.Length > 0))
        {
            NotTaken(_hashes.Length, keys.Length == 0 ? "there is none" : "one is empty");
            return;
        }

        int added = keys.Except(_read).Count();
        int removed = _read.Except(keys).Count();
        _read = keys;
        _hashes = [.. keys.Select(Hash)];
        Taken(keys.Length, added, removed);
    }

    private string[] Read() => [.. _configured.GetChildren().Select(static key => key.Value ?? string.Empty)];

    /// <summary>Compares with every key, in constant time, so that timing tells nothing of them.</summary>
    private string Authenticate(string header)
    {
        byte[] given = Hash(header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : string.Empty);
        bool known = false;
        foreach (byte[] hash in _hashes)
        {
            known |= CryptographicOperations.FixedTimeEquals(hash, given);
        }

        if (!known)
            throw new InferenceException(ErrorCode.Unauthorized, "The API key is missing or wrong; send it as 'Authorization: Bearer KEY'.");
        return $"key-{Convert.ToHexStringLower(given)[..TenantDigits]}";
    }

    [LoggerMessage(LogLevel.Information, "API keys are read again: {Keys} in all, {Added} added, {Removed} removed.")]
    private partial void Taken(int keys, int added, int removed);

    [LoggerMessage(LogLevel.Warning, "API keys are not read again, because {Reason}: the server keeps the {Keys} that it has.")]
    private partial void NotTaken(int keys, string reason);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
