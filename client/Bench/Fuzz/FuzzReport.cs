using System.Text;

namespace OrleansInference.Bench.Fuzz;

/// <summary>Broken rule, with what reproduces it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Request">The request; null for a rule of the whole run.</param>
/// <param name="Answer">The answer, if there was one.</param>
internal sealed record FuzzFailure(string Rule, FuzzRequest? Request = null, FuzzAnswer? Answer = null)
{
    private const int ShownBytes = 1000;

    public JsonObject Describe()
    {
        JsonObject described = new() { ["rule"] = Rule };
        if (Request is not null)
        {
            described["request"] = Request.Describe();
        }

        if (Answer is not null)
        {
            described["status"] = Answer.Status;
            described["answer"] = Encoding.UTF8.GetString(Answer.Body.AsSpan(0, Math.Min(Answer.Body.Length, ShownBytes)));
        }

        return described;
    }
}

/// <summary>Result of a run of <see cref="FuzzDriver"/>.</summary>
internal sealed class FuzzReport
{
    /// <summary>Maximum number of failures of one rule and operation that are kept; all are counted.</summary>
    private const int KeptOfKind = 3;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, int> _statuses = [];
    private readonly Dictionary<(string Rule, string? Operation), int> _kinds = [];
    private readonly List<FuzzFailure> _failures = [];
    private readonly HashSet<string> _accepted = [];
    private int _requests;

    public required int Seed { get; init; }

    public required int Operations { get; init; }

    public double Seconds { get; set; }

    /// <summary>Resident memory of the server after warm-up and at the end, in megabytes; null if it is unknown.</summary>
    public double? ResidentBefore { get; set; }

    /// <inheritdoc cref="ResidentBefore"/>
    public double? ResidentAfter { get; set; }

    public IReadOnlyList<FuzzFailure> Failures => _failures;

    public int Requests => _requests;

    /// <summary>Number of answers for each status; 0 stands for no answer.</summary>
    public IReadOnlyDictionary<int, int> Statuses => _statuses;

    /// <summary>Operations that succeeded at least once.</summary>
    public IReadOnlySet<string> Accepted => _accepted;

    /// <summary>Adds an answer. Thread-safe.</summary>
    public void Add(FuzzRequest request, FuzzAnswer answer)
    {
        lock (_lock)
        {
            _requests++;
            _statuses[answer.Status] = _statuses.GetValueOrDefault(answer.Status) + 1;
            if (answer.Status is >= 200 and < 300 && request.AlsoAllowed.Count == 0)
            {
                _accepted.Add(request.Operation.Id);
            }
        }
    }

    /// <summary>Adds a failure. Thread-safe.</summary>
    /// <returns>Whether it is kept; false for one of a kind of which there are enough.</returns>
    public bool Add(FuzzFailure failure)
    {
        lock (_lock)
        {
            (string, string?) kind = (failure.Rule, failure.Request?.Operation.Id);
            int count = _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
            if (count > KeptOfKind)
            {
                return false;
            }

            _failures.Add(failure);
            return true;
        }
    }

    public JsonObject Describe() => new()
    {
        ["seed"] = Seed,
        ["requests"] = Requests,
        ["operations"] = Operations,
        ["accepted_operations"] = Accepted.Count,
        ["seconds"] = Math.Round(Seconds, 1),
        ["statuses"] = new JsonObject(Statuses.Select(static status => KeyValuePair.Create(status.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)status.Value))),
        ["failures"] = new JsonArray([.. _failures.Select(static failure => (JsonNode)failure.Describe())]),
        ["failure_kinds"] = new JsonArray([.. _kinds.Select(static kind => (JsonNode)new JsonObject { ["rule"] = kind.Key.Rule, ["operation"] = kind.Key.Operation, ["count"] = kind.Value })]),
        ["rss_before_mb"] = JsonOutput.Round(ResidentBefore, 1),
        ["rss_after_mb"] = JsonOutput.Round(ResidentAfter, 1),
    };

    public void PrintText()
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Requests} requests to {Operations} operations in {Seconds:N0} s with the seed {Seed}; {Accepted.Count} operations accepted one."));
        Console.Out.WriteLine($"Answers by status: {string.Join(", ", Statuses.Select(static status => $"{status.Key}: {status.Value}"))}.");
        if (ResidentBefore is { } before && ResidentAfter is { } after)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Resident memory of the node: {before:0.0} MB after warm-up, {after:0.0} MB at the end."));
        }

        foreach (((string rule, string? operation), int count) in _kinds)
        {
            Console.Out.WriteLine($"{count} failures{(operation is null ? string.Empty : $" of {operation}")}: {rule}");
        }

        foreach (FuzzFailure failure in _failures)
        {
            Console.Out.WriteLine(failure.Describe().ToJsonString());
        }
    }
}
