using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansInference.Api;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Masking;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.ApiTests.Audit;

/// <summary>A server with an audit log in a folder of its own.</summary>
internal sealed class AuditedApi : IAsyncDisposable
{
    public const string Administrator = "administrator";

    private readonly AuditLog _log;

    private AuditedApi(string folder, AuditLog log, ApiFixture server) => (Folder, _log, Server) = (folder, log, server);

    public string Folder { get; }

    public ApiFixture Server { get; }

    public static async Task<AuditedApi> StartAsync(ScriptedService? service = null)
    {
        string folder = Directory.CreateTempSubdirectory("oi-audit-").FullName;
        AuditLog log = AuditLog.Open(new AuditLogOptions(Path.Combine(folder, "log"), "a"), TimeProvider.System);
        ApiFixture server = await ApiFixture.StartAsync(
            service ?? new ScriptedService(),
            server: new ServerOptions { Port = 0, AdminKey = Administrator, RequireKeys = KeyRule.On },
            services: services => services.AddSingleton(new ServerAudit(log, PersonalDataMask.All)));
        return new AuditedApi(folder, log, server);
    }

    /// <summary>Lines written so far.</summary>
    public JsonElement[] Lines() => [.. Directory.GetFiles(Path.Combine(Folder, "log"), "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines).Select(static line => JsonElement.Parse(line))];

    public JsonElement Last() => Lines()[^1];

    /// <summary>Sends a request with the administrator's key.</summary>
    public async Task<(HttpResponseMessage Response, string Text)> SendAsync(string path, string body, string key = Administrator)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", key);
        HttpResponseMessage response = await Server.Http.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Makes the log unable to write.</summary>
    public void Break()
    {
        Directory.Delete(Path.Combine(Folder, "log"), recursive: true);
        File.WriteAllText(Path.Combine(Folder, "log"), "in the way");
    }

    public async Task<AuditReport> CloseAsync()
    {
        await Server.DisposeAsync();
        await _log.DisposeAsync();
        return AuditVerifier.Verify(Path.Combine(Folder, "log"), new AuditVerification());
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _log.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
