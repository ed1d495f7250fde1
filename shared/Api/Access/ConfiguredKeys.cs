using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Api.Access;

/// <summary>Keys of the configuration, which are reloaded when it changes, and the administrator's key of the settings.</summary>
internal sealed partial class ConfiguredKeys : IDisposable
{
    private const int TenantDigits = 16;

    private readonly IConfiguration _configuration;
    private readonly ILogger _logger;
    private readonly byte[]? _administrator; // hash of the administrator's key
    private readonly IDisposable _changes;
    private ApiKey[] _read; // in the form of the configuration
    private volatile (byte[] Hash, Caller Caller)[] _known;

    /// <param name="options">Options with the keys at the start.</param>
    /// <param name="server">Settings with the administrator's key.</param>
    /// <param name="configuration">Configuration from which changed keys are reloaded.</param>
    /// <param name="logger">Receives a line for each reload of keys.</param>
    public ConfiguredKeys(IOptions<ApiOptions> options, ServerOptions server, IConfiguration configuration, ILogger<ConfiguredKeys> logger)
    {
        _configuration = configuration;
        _logger = logger;
        _administrator = server.AdminKey is { } key ? Hash(key) : null;
        _known = [.. options.Value.ApiKeys.Select(Prepare)];
        _read = ApiKey.Read(configuration);
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>Whether the configuration has keys for clients.</summary>
    public bool Any => _known.Length > 0;

    /// <summary>Whether the settings have an administrator's key.</summary>
    public bool HasAdministrator => _administrator is not null;

    /// <summary>Compares a text with every key in constant time, so that the timing reveals nothing about the keys.</summary>
    /// <returns>The holder of the key; null if there is no such key.</returns>
    public Caller? Find(string text)
    {
        byte[] given = Hash(text);
        Caller? found = null;
        foreach ((byte[] hash, Caller caller) in _known)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, given) ? caller : found;
        }

        return _administrator is not null && CryptographicOperations.FixedTimeEquals(_administrator, given)
            ? new Caller(Tenancy.Tenants.Tenant.Default, Caller.Administrator, Role.ClusterAdmin, Roles.RightsOf(Role.ClusterAdmin)) { MaxPriority = ApiKey.HighestPriority }
            : found;
    }

    public void Dispose() => _changes.Dispose();

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

    private static (byte[] Hash, Caller Caller) Prepare(ApiKey key)
    {
        byte[] hash = Hash(key.Key);
        string id = $"key-{Convert.ToHexStringLower(hash)[..TenantDigits]}";
        return (hash, new Caller(key.Tenant ?? id, id, Role.User, Roles.RightsOf(Role.User)) { MaxPriority = key.MaxPriority });
    }

    [LoggerMessage(LogLevel.Information, "API keys were reloaded: {Keys} in total, {Added} added, {Removed} removed, {Changed} changed.")]
    private partial void Reloaded(int keys, int added, int removed, int changed);

    [LoggerMessage(LogLevel.Warning, "API keys were not reloaded, because {Reason}. The server keeps its previous keys ({Keys}).")]
    private partial void NotReloaded(int keys, string reason);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
