using OrleansInference.Bench.Fuzz;
using OrleansInference.Cli.Administration;
using OrleansInference.Cli.Commands;
using OrleansInference.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary>Options of <c>bench fuzz</c>.</summary>
internal sealed class BenchFuzzOptions
{
    private const string Postgres = "postgres";
    private const int DefaultSeconds = 60;

    private readonly Option<string?> _url = new("--url") { Description = "Address of a server that serves nothing else, without TLS; by default the command starts a node", HelpName = "URL" };
    private readonly Option<string?> _key = new("--api-key") { Description = $"With --url: key of a cluster administrator; {AdminApi.KeyVariable} by default", HelpName = "KEY" };
    private readonly Option<string> _store = new("--store") { Description = "Database of the started node: sqlite, or postgres for a server of its own; sqlite by default", HelpName = "sqlite|postgres", DefaultValueFactory = static _ => "sqlite" };
    private readonly Option<int> _minutes = RangedOption.Create("--minutes", "Minutes of the run, in addition to --seconds", 0, 0, 100_000);
    private readonly Option<int?> _seconds = new("--seconds") { Description = "Seconds of the run; 60 by default, and 0 with --minutes", HelpName = "N" };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of the requests; random and printed by default", HelpName = "N" };
    private readonly Option<int> _requests = RangedOption.Create("--requests", "Number of requests after which the run ends", int.MaxValue / 2, 1);
    private readonly Option<int> _streams = RangedOption.Create("--streams", "Requests in flight", 4, 1, 256);
    private readonly Option<int> _answerSeconds = RangedOption.Create("--answer-seconds", "Seconds within which each answer must end", 30, 1, 3600);
    private readonly Option<int> _growth = RangedOption.Create("--memory-growth", "Megabytes by which the resident memory may grow after the first fifth of the run", 512, 1, 1 << 20);

    public BenchFuzzOptions() => _store.AcceptOnlyFromAmong("sqlite", Postgres);

    public Symbol[] All => [_url, _key, _store, _seconds, _minutes, _seed, _requests, _streams, _answerSeconds, _growth];

    public bool UsesPostgres(ParseResult arguments) => arguments.GetValue(_store) == Postgres;

    /// <summary>Returns the server to use and the key of its administrator; null if the command starts a node.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the address is invalid, or has no key.</exception>
    public (Uri Url, string Key)? Server(ParseResult arguments)
    {
        if (arguments.GetValue(_url) is not { } text)
        {
            return null;
        }

        Uri url = Values.Url.Require(_url.Name, text);
        if (url.Scheme != Uri.UriSchemeHttp)
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"{_url.Name} is {url}; expected an address with http, because this command writes to plain connections.", _url.Name);
        }

        string? key = arguments.GetValue(_key) ?? Environment.GetEnvironmentVariable(AdminApi.KeyVariable);
        return (url, key ?? throw new InferenceException(ErrorCode.InvalidOption, $"{_url.Name} is given without {_key.Name}; expected the key of a cluster administrator.", _key.Name));
    }

    public FuzzSettings Read(ParseResult arguments, Uri url, string adminKey)
    {
        int minutes = arguments.GetValue(_minutes);
        return new FuzzSettings
        {
            Url = url,
            AdminKey = adminKey,
            Seed = arguments.GetValue(_seed) ?? Random.Shared.Next(),
            Duration = TimeSpan.FromSeconds(arguments.GetValue(_seconds) ?? (minutes == 0 ? DefaultSeconds : 0)) + TimeSpan.FromMinutes(minutes),
            MaxRequests = arguments.GetValue(_requests),
            Streams = arguments.GetValue(_streams),
            AnswerTime = TimeSpan.FromSeconds(arguments.GetValue(_answerSeconds)),
            MaxGrowth = arguments.GetValue(_growth),
        };
    }
}
