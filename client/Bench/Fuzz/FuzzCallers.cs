using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace OrleansInference.Bench.Fuzz;

/// <summary>Sender of a request, with the headers that prove it.</summary>
internal sealed record FuzzCaller(string Name, params (string Name, string Value)[] Headers);

/// <summary>Senders of a run: the administrator, a user, the administrator of a tenant, holders of keys that the run creates and revokes, and callers with no key or a wrong one.</summary>
internal sealed class FuzzCallers
{
    private const string Tenant = "fuzz-callers";

    private static readonly string[] WrongKeys = ["Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer oi-aaaaaaaaaaaa-" + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Bearer \xff", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "bearer\t\t", "x"];

    private readonly FuzzCaller[] _callers;
    private readonly KnownIds _ids;

    private FuzzCallers(FuzzCaller[] callers, KnownIds ids)
    {
        _callers = callers;
        _ids = ids;
    }

    /// <summary>Creates a tenant with its keys. Requests of the run do not change them.</summary>
    /// <exception cref="HttpRequestException">The administrator's key is refused.</exception>
    public static async Task<FuzzCallers> CreateAsync(HttpClient http, string adminKey, KnownIds ids, CancellationToken cancellationToken)
    {
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        using (HttpResponseMessage created = await http.PostAsJsonAsync("/admin/tenants", new JsonObject { ["name"] = Tenant }, cancellationToken))
        {
            if (created.StatusCode != System.Net.HttpStatusCode.Conflict)
            {
                created.EnsureSuccessStatusCode(); // it exists where an earlier run created it
            }
        }

        ids.Spare(Tenant);
        List<FuzzCaller> callers = [new("admin", ("Authorization", $"Bearer {adminKey}"))];
        foreach (string role in (string[])["user", "tenant-admin"])
        {
            using HttpResponseMessage created = await http.PostAsJsonAsync("/admin/keys", new JsonObject { ["tenant"] = Tenant, ["role"] = role }, cancellationToken);
            created.EnsureSuccessStatusCode();
            JsonElement key = await created.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            ids.Spare(key.GetProperty("id").GetString()!);
            callers.Add(new FuzzCaller(role, ("x-api-key", key.GetProperty("key").GetString()!)));
        }

        return new FuzzCallers([.. callers], ids);
    }

    /// <summary>Chooses the caller of a request.</summary>
    public FuzzCaller Choose(int number, Random random) => random.Next(12) switch
    {
        0 => new FuzzCaller("nobody"),
        1 => new FuzzCaller("wrong key", ("Authorization", WrongKeys[random.Next(WrongKeys.Length)])),
        2 when _ids.Choose("secret", string.Empty, random) is { } secret => new FuzzCaller("created key", ("api-key", secret)),
        _ => _callers[number % _callers.Length],
    };
}
