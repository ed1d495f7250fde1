namespace OrleansInference.Bench.Fuzz;

/// <summary>Generates the requests of a run. A request is determined by the seed, its number, and the ids of earlier answers.</summary>
/// <param name="seed">Seed of the run.</param>
/// <param name="operations">Operations of the server.</param>
/// <param name="callers">Callers in turn.</param>
/// <param name="ids">Ids of earlier answers.</param>
/// <param name="model">Name of the served model.</param>
internal sealed class RequestGenerator(int seed, IReadOnlyList<ApiOperation> operations, FuzzCallers callers, KnownIds ids, string model)
{
    /// <summary>Operation that would end the node; it never gets the name of a node.</summary>
    private const string Drain = "drainNode";

    private static readonly string[] StrangeIds =
    [
        "unknown", "%00", "a%00b", "%ff%fe", "%ed%a0%80", "..", ".", "%2e%2e", "%2f", "a%2fb", "%20", "%", "%zz", "%F0%9F%98%80", "resp_", "conv_", "null", "-1", "'--", "%27%3B", "\xff", "\xc3\xa4", "aaaaaaaaaaaa", "~", "*",
        "$(id)", "%0d%0ax%3ay",
    ];

    private static readonly string[] StrangePaths = ["/", "//", "/v1", "/v1/", "/v1/nothing", "/V1/MODELS", "/v1//models", "/v1/models/", "/v1/models/%00", "/v1/../v1/models", "/openapi/v2.json", "/admin", "/admin/", "*", "/%", "/\xff", "/?", "/v1/models?%"];
    private static readonly string[] StrangeMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY", "get", "X"];
    private static readonly string[] StrangeQueryValues = ["", "0", "1", "-1", "101", "1001", "2147483648", "1e3", "NaN", "%00", "a%00", "%ff", "true", "TRUE", "2", "asc", "desc", "ASC", "null", "[]", "9999-12-31", "0001-01-01", "2026-13-01", "253402300799", "253402300800", "1767225600", "project_id", "demo", "999999999999999999999999", "x&limit=2"];
    private static readonly string[] QueryNames = ["limit", "order", "after", "before", "starting_after", "stream", "start_time", "end_time", "bucket_width", "group_by", "group_by[]", "page", "project_ids", "api_key_ids", "tenant", "key", "from", "to", "include[]", "%00", ""];
    private static readonly string[] ContentTypes = ["text/plain", "application/json; charset=utf-16", "application/json; charset=latin1", "multipart/form-data", "application/x-www-form-urlencoded", "", ";", "application/json;;", "APPLICATION/JSON", "application/problem+json", "application/json; charset=\"utf-8\"", "\xff"];

    /// <summary>Statuses of a request that may reach another operation, or none.</summary>
    private static readonly HashSet<int> AnyRefusal = [.. Enumerable.Range(200, 300)];

    private static readonly (string Name, string Value)[] StrangeHeaders =
    [
        ("Last-Event-ID", "0"), ("Last-Event-ID", "x"), ("Last-Event-ID", "-1"), ("Last-Event-ID", "99999999999999999999"), ("Last-Event-ID", "resp_x:5"), ("Last-Event-ID", "\xff"), ("Last-Event-ID", ""), ("Last-Event-ID", "1/2/3/4"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("traceparent", "00-zz"), ("traceparent", ""), ("tracestate", "a=b,,;="), ("baggage", "a=%ff"), ("x-request-id", "a b"), ("x-request-id", "\xff"),
        ("x-request-id", "id-1"), ("Accept", "text/event-stream"), ("Accept", "\xff"), ("Accept-Encoding", "gzip, br"), ("Expect", "100-continue"), ("Expect", "x"), ("Range", "bytes=0-1"), ("If-None-Match", "*"),
        ("Content-Encoding", "gzip"), ("Cookie", "a=b"), ("X-Forwarded-For", "1.2.3.4"), ("X-HTTP-Method-Override", "DELETE"), ("Upgrade", "websocket"), ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Host", "evil.example"),
        ("Host", ""), ("OpenAI-Organization", "x"), ("x-api-key", "x"), ("api-key", "oi-a-b"), ("x-long", new string('x', 20_000)), ("x-longer", new string('x', 60_000)), ("a b", "c"), ("x-nul", "a\0b"),
    ];

    /// <summary>Generates a request.</summary>
    public FuzzRequest Create(int number)
    {
        Random random = new(unchecked((seed * 1_000_003) + number));
        ApiOperation operation = operations[random.Next(operations.Count)];
        FuzzCaller caller = callers.Choose(number, random);
        SchemaSampler sampler = new(random, ids, model, caller.Name);
        List<(string, string)> headers = [.. caller.Headers];
        FuzzRequest request = new()
        {
            Number = number,
            Operation = operation,
            Method = operation.Method,
            Target = Path(operation, caller.Name, random) + Query(operation, sampler, random),
            Headers = headers,
            Caller = caller.Name,
            AbandonAfter = random.Next(6) == 0 ? random.Next(1, 6000) : null,
            Copies = operation.Method is "DELETE" or "PATCH" || operation.Path.EndsWith("/cancel", StringComparison.Ordinal) ? random.Next(1, 4) : 1,
        };
        JsonObject? body = operation.Body is null ? null : sampler.Object(operation.Body);
        if (body is not null)
        {
            bool isMutated = random.Next(2) == 0;
            headers.Add(("Content-Type", random.Next(25) == 0 ? ContentTypes[random.Next(ContentTypes.Length)] : "application/json"));
            byte[] bytes = isMutated ? new BodyMutator(random).Mutate(body) : System.Text.Encoding.UTF8.GetBytes(body.ToJsonString());
            request = request with { Body = bytes, Chunked = random.Next(5) == 0, SentBytes = random.Next(25) == 0 ? random.Next(bytes.Length + 1) : null };
            request = request with { Malformed = request.SentBytes is not null };
        }

        request = random.Next(4) == 0 ? Distort(request, headers, random) : request;
        bool leavesPath = request.Target.Split('?')[0].Split('/').Skip(1).Any(static part => part is "." or ".." or "%2e%2e" or ""); // and reaches another operation
        return request with
        {
            Malformed = request.Malformed || IsMalformed(request),
            AlsoAllowed = leavesPath ? AnyRefusal : request.AlsoAllowed,
        };
    }

    /// <summary>Returns whether HTTP forbids a byte of the head, so that the HTTP server refuses the request before the application sees it.</summary>
    private static bool IsMalformed(FuzzRequest request) =>
        request.Target.Split('?')[0].Contains("%00", StringComparison.Ordinal) || request.Target.Any(static letter => letter is <= ' ' or > '~')
        || request.Headers.Any(static header => header.Value.Any(static letter => letter is < ' ' or > '~'));

    private string Path(ApiOperation operation, string caller, Random random)
    {
        string path = operation.Path;
        if (path.EndsWith("/items/{item}", StringComparison.Ordinal) && random.Next(4) > 0 && ids.Choose("item", caller, random) is { } item)
        {
            path = "/v1/conversations/" + item;
        }

        foreach (ApiParameter parameter in operation.Parameters.Where(static parameter => parameter.In == "path"))
        {
            string? known = operation.Id == Drain || random.Next(6) == 0 ? null : ids.Choose(KindOf(operation.Path), caller, random) ?? (operation.Path.StartsWith("/v1/models", StringComparison.Ordinal) ? model : null);
            path = path.Replace($"{{{parameter.Name}}}", known ?? StrangeId(random), StringComparison.Ordinal);
        }

        return path;
    }

    private static string KindOf(string path) => path.Split('/') switch
    {
        [_, _, "responses", ..] => "response",
        [_, _, "conversations", ..] => "conversation",
        [_, _, "tenants", ..] => "tenant",
        [_, _, "keys", ..] => "key",
        _ => string.Empty,
    };

    private static string StrangeId(Random random) => random.Next(20) == 0 ? new string('i', 1 << random.Next(6, 13)) : StrangeIds[random.Next(StrangeIds.Length)];

    private static string Query(ApiOperation operation, SchemaSampler sampler, Random random)
    {
        ApiParameter[] parameters = [.. operation.Parameters.Where(static parameter => parameter.In == "query")];
        List<string> query = [];
        foreach (ApiParameter parameter in parameters.Where(_ => random.Next(3) == 0))
        {
            query.Add($"{parameter.Name}={Uri.EscapeDataString(sampler.Field(parameter.Name, parameter.Schema)?.ToString() ?? string.Empty)}");
        }

        bool isStrange = random.Next(operation.Method == "GET" ? 2 : 10) == 0;
        for (int i = isStrange ? random.Next(1, 4) : 0; i > 0; i--)
        {
            string name = parameters.Length > 0 && random.Next(2) == 0 ? parameters[random.Next(parameters.Length)].Name : QueryNames[random.Next(QueryNames.Length)];
            query.Add($"{name}={StrangeQueryValues[random.Next(StrangeQueryValues.Length)]}");
        }

        return query.Count == 0 ? string.Empty : "?" + string.Join('&', query);
    }

    /// <summary>Changes the method, the path or a header of a request.</summary>
    private static FuzzRequest Distort(FuzzRequest request, List<(string, string)> headers, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                return request with { Method = StrangeMethods[random.Next(StrangeMethods.Length)], AlsoAllowed = AnyRefusal, Malformed = true };
            case 1:
                return request with { Target = StrangePaths[random.Next(StrangePaths.Length)], AlsoAllowed = AnyRefusal, Malformed = true };
            default:
                for (int i = random.Next(3); i >= 0; i--)
                {
                    headers.Add(StrangeHeaders[random.Next(StrangeHeaders.Length)]);
                }

                // Browsers' headers are refused with 403, and some are none of HTTP.
                return request with { Malformed = true, AlsoAllowed = new HashSet<int> { 400, 403, 408, 413, 417, 431 } };
        }
    }
}
