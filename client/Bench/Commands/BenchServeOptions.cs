using System.Diagnostics.CodeAnalysis;
using OrleansInference.Bench.Load;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Connection;
using OrleansInference.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary>Options of <c>bench serve</c>.</summary>
internal sealed class BenchServeOptions
{
    public const string KeyVariable = "OPENAI_API_KEY";

    private readonly Option<string> _url = new("--url") { Description = "Address of the OpenAI-compatible server", HelpName = "URL", Required = true };
    private readonly ConnectionOptions _connection = new();
    private readonly Option<string?> _streams = new("--streams") { Description = "Closed loop: requests in flight at any time; N,N,… sets the number for each tenant; 1 by default", HelpName = "N" };
    private readonly Option<double?> _rate = new("--rate") { Description = "Open loop: average requests per second, at random times", HelpName = "R" };
    private readonly Option<int> _prompt = RangedOption.Create("--prompt", "Random tokens of each prompt", 512, 1, 1 << 20);
    private readonly Option<int> _generate = RangedOption.Create("--generate", "Tokens of each answer", 128, 1, 1 << 20);
    private readonly Option<int?> _tenants = new("--tenants") { Description = "Tenants that share the load; each tenant needs an --api-key", HelpName = "N" };
    private readonly Option<int> _seconds = RangedOption.Create("--seconds", "Seconds to measure, without warm-up and drain", 30, 1, 1 << 20);
    private readonly Option<int> _timeout = RangedOption.Create("--timeout", "Seconds after which a request has failed", 600, 1, 1 << 20);
    private readonly Option<string?> _model = new("--model") { Description = "Name of the model; by default the first one that the server lists", HelpName = "NAME" };
    private readonly Option<string[]> _keys = new("--api-key") { Description = $"Bearer key; {KeyVariable} by default; repeat it for each tenant", HelpName = "KEY" };
    private readonly Option<double> _temperature = RangedOption.Create("--temperature", "Sampling temperature; 0 is greedy", "T", Values.Number(0, 2), 0);
    private readonly Option<bool> _chat = new("--chat") { Description = "Use chat completions even if the server supports completions" };
    private readonly Option<int> _turns = RangedOption.Create("--turns", "Turns of each conversation: the first one with --prompt tokens, the others short; uses chat completions", 1, 1, 1000);
    private readonly Option<int> _arrivalPrompt = RangedOption.Create("--arrival-prompt", "Tokens of prompts that arrive in addition to the streams and are counted separately; 0 for none", 0, 0, 1 << 20);
    private readonly Option<int> _arrivalSeconds = RangedOption.Create("--arrival-seconds", "Seconds between two such arrivals", 10, 1, 1 << 20);
    private readonly Option<bool> _perSecond = new("--per-second") { Description = "Report the fewest and the most tokens of each tenant in any second" };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of prompts and arrivals; random and printed by default", HelpName = "N" };

    private readonly Option<int> _beside = RangedOption.Create("--beside", "Measure alone and then beside this number of busy loops, and report the server's fraction of the fair share", 0, 0, 1024);
    private readonly Option<int> _serverThreads = RangedOption.Create("--server-threads", "With --beside: computing threads of the server", Environment.ProcessorCount, 1, 1024);

    public Symbol[] All => [_url, .. _connection.All, _streams, _rate, _prompt, _generate, _tenants, _seconds, _timeout, _model, _keys, _temperature, _chat, _turns, _arrivalPrompt, _arrivalSeconds, _perSecond, _seed, _beside, _serverThreads];

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a value is out of its range, or two values contradict each other.</exception>
    public LoadSettings Read(ParseResult arguments)
    {
        string?[] keys = ReadKeys(arguments);
        double? rate = arguments.GetValue(_rate);
        string? streams = arguments.GetValue(_streams);
        if (rate is not null && streams is not null)
        {
            Refuse(_streams, streams, "either --streams or --rate, not both");
        }

        if (rate is not null && arguments.GetValue(_turns) > 1)
        {
            Refuse(_turns, $"{arguments.GetValue(_turns)}", "1 with --rate: conversations need --streams");
        }

        if (rate is not null && arguments.GetValue(_arrivalPrompt) > 0)
        {
            Refuse(_arrivalPrompt, $"{arguments.GetValue(_arrivalPrompt)}", "0 with --rate: they arrive in addition to --streams");
        }

        if (rate is double number && !(number is > 0 and <= 1e6))
        {
            Refuse(_rate, $"{number}", "a number above 0 and up to a million");
        }

        return new LoadSettings
        {
            Url = Values.Url.Require(_url.Name, arguments.GetValue(_url)!),
            Connection = _connection.Read(arguments),
            Model = arguments.GetValue(_model),
            Streams = ReadStreams(streams ?? $"{keys.Length}", keys.Length),
            Rate = rate,
            PromptTokens = arguments.GetValue(_prompt),
            GenerateTokens = arguments.GetValue(_generate),
            Keys = keys,
            Duration = TimeSpan.FromSeconds(arguments.GetValue(_seconds)),
            RequestTimeout = TimeSpan.FromSeconds(arguments.GetValue(_timeout)),
            Temperature = arguments.GetValue(_temperature),
            Chat = arguments.GetValue(_chat) || arguments.GetValue(_turns) > 1,
            Turns = arguments.GetValue(_turns),
            ArrivalTokens = arguments.GetValue(_arrivalPrompt),
            ArrivalInterval = TimeSpan.FromSeconds(arguments.GetValue(_arrivalSeconds)),
            Seconds = arguments.GetValue(_perSecond),
            BusyLoops = arguments.GetValue(_beside),
            ServerThreads = arguments.GetValue(_serverThreads),
            Seed = arguments.GetValue(_seed) ?? Random.Shared.Next(),
        };
    }

    private string?[] ReadKeys(ParseResult arguments)
    {
        string?[] keys = arguments.GetValue(_keys) is { Length: > 0 } given ? [.. given] : [Environment.GetEnvironmentVariable(KeyVariable)];
        if (arguments.GetValue(_tenants) is int tenants && tenants != keys.Length)
        {
            Refuse(_tenants, $"{tenants}", $"the number of keys, {keys.Length}: a key identifies its tenant, so give --api-key once for each");
        }

        return keys;
    }

    /// <summary>Divides one number evenly among the tenants; several numbers apply to one tenant each.</summary>
    private int[] ReadStreams(string text, int tenants)
    {
        int[] numbers = Values.List(Values.Integer(1, 65536)).TryRead(text, out IReadOnlyList<int>? given) ? [.. given] : [];
        if (numbers.Length == 0 || (numbers.Length > 1 && numbers.Length != tenants) || (numbers.Length == 1 && numbers[0] < tenants))
        {
            Refuse(_streams, text, $"a whole number from {tenants} to 65536, or one from 1 for each of {tenants} tenants, such as 50,1");
        }

        return numbers.Length > 1 ? numbers : [.. Enumerable.Range(0, tenants).Select(tenant => (numbers[0] + tenants - 1 - tenant) / tenants)];
    }

    [DoesNotReturn]
    private static void Refuse(Option option, string value, string expected) =>
        InferenceException.Throw(ErrorCode.InvalidOption, $"{option.Name}: '{value}' was given, expected {expected}.", option.Name);
}
