using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OrleansInference.Models;

namespace OrleansInference.Api.Access;

/// <summary>Marks endpoints that need a key where keys are configured.</summary>
internal sealed class RequiresKey
{
    public static RequiresKey Instance { get; } = new();
}

/// <summary>Checks the bearer key of requests to endpoints that need one, and derives the tenant from it.</summary>
internal sealed class ApiKeyMiddleware(RequestDelegate next, IOptions<ApiOptions> options)
{
    private const string Scheme = "Bearer ";
    private const int TenantDigits = 16;

    private readonly byte[][] _hashes = [.. options.Value.ApiKeys.Select(Hash)];

    public Task InvokeAsync(HttpContext context)
    {
        if (_hashes.Length > 0 && context.GetEndpoint()?.Metadata.GetMetadata<RequiresKey>() is not null)
            Caller.SetTenant(context, Authenticate(context.Request.Headers.Authorization.ToString()));
        return next(context);
    }

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

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
