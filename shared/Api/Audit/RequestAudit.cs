using System.Net;
using System.Net.Mime;
using System.Text;
using OrleansInference.Api.Access;
using OrleansInference.Engine.Requests;
using OrleansInference.Tenancy.Audit;

namespace OrleansInference.Api.Audit;

/// <summary>
/// Line of the audit log for a request in progress. It is written once, before the client can take the answer for complete: before the start of a document, and before the last event of a stream.
/// </summary>
internal sealed class RequestAudit
{
    private static readonly string[] TargetNames = ["item", "id", "tenant", "name"];

    private readonly AuditTrail _trail;
    private readonly HttpContext _context;
    private readonly string _action;
    private readonly long _startedAt;
    private string? _inputHash;
    private string? _input; // only if the tenant asks for contents
    private long? _inputTokens;
    private string? _modelVersion;
    private string? _user;
    private Func<AuditOutput>? _output;
    private bool _isSettled;

    public RequestAudit(AuditTrail trail, HttpContext context, string action)
    {
        (_trail, _context, _action) = (trail, context, action);
        _startedAt = trail.Time.GetTimestamp();
    }

    /// <summary>Object of the request, if it is not a value of the path.</summary>
    public string? Target { get; set; }

    /// <summary>Returns the line of a request; null if it has none.</summary>
    public static RequestAudit? Of(HttpContext context) => context.Features.Get<RequestAudit>();

    /// <summary>Writes the line of a request, if it has one that is not written yet.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">HTTP status; of a stream that fails after its start, that of its error.</param>
    /// <exception cref="AuditException">The line was not written. The request is to be answered with this error, for which no line is attempted.</exception>
    public static Task WriteAsync(HttpContext context, int status = StatusCodes.Status200OK) => Of(context)?.WriteAsync(status) ?? Task.CompletedTask;

    /// <summary>Records the body of the request.</summary>
    public void SetInput(ReadOnlySpan<byte> body)
    {
        _inputHash = AuditHash.Of(body);
        _input = Caller is { Record.AuditsContents: true } ? Encoding.UTF8.GetString(body) : null;
    }

    /// <summary>Records what a request asks a model for.</summary>
    /// <param name="model">The model that answers.</param>
    /// <param name="user">The end user, as the client gives it; null if it gives none.</param>
    /// <param name="target">Id of the answer.</param>
    /// <param name="promptTokens">Tokens of all prompts.</param>
    public void SetGeneration(ServedModel model, string? user, string target, long promptTokens)
    {
        (_modelVersion, _user, Target, _inputTokens) = (VersionOf(model), user, target, promptTokens);
    }

    /// <summary>Records the source of the output, which is read when the line is written.</summary>
    public void SetOutput(Func<AuditOutput> output) => _output = output;

    /// <summary>Writes the line before a document starts, unless it is written already. If it cannot be written, the connection breaks, so that the client does not take the answer for complete.</summary>
    public Task OnStartingAsync() => _context.Response.ContentType == MediaTypeNames.Text.EventStream ? Task.CompletedTask : WriteOrAbortAsync(_context.Response.StatusCode);

    /// <summary>Writes the line of a request that ends without one, for instance because its client has disconnected.</summary>
    public Task OnEndAsync() => WriteOrAbortAsync(_context.RequestAborted.IsCancellationRequested ? StatusCodes.Status499ClientClosedRequest : _context.Response.StatusCode);

    /// <summary>Name and fingerprint of a model.</summary>
    internal static string VersionOf(ServedModel model) => $"{model.Id}@{model.Fingerprint}";

    private Caller? Caller => (_context.User.Identity as CallerIdentity)?.Caller;

    private async Task WriteAsync(int status)
    {
        if (_isSettled)
        {
            return;
        }

        _isSettled = true;
        Caller? caller = Caller;
        AuditOutput? output = _output?.Invoke();
        bool hasContents = caller is { Record.AuditsContents: true } && _modelVersion is not null;
        await _trail.AppendAsync(new AuditEntry(_action)
        {
            RequestId = _context.TraceIdentifier,
            UserId = _user ?? caller?.User,
            Tenant = caller?.Tenant,
            KeyId = caller?.Key,
            Target = Target ?? Array.ConvertAll(TargetNames, name => _context.Request.RouteValues[name]?.ToString()).FirstOrDefault(static value => value is not null),
            ModelVersion = _modelVersion,
            InputLength = _inputTokens,
            OutputLength = output?.Tokens,
            Latency = _trail.Time.GetElapsedTime(_startedAt),
            Status = status,
            InputHash = _inputHash,
            OutputHash = output is { } text ? AuditHash.Of(text.Text) : null,
            Source = SourceOf(_context.Connection.RemoteIpAddress),
            Fingerprint = _context.Response.Headers[RequestFingerprints.Header],
            Input = hasContents ? _input : null,
            Output = hasContents ? output?.Text : null,
        });
    }

    private async Task WriteOrAbortAsync(int status)
    {
        try
        {
            await WriteAsync(status);
        }
        catch (AuditException)
        {
            // The log has reported the reason.
            _context.Abort();
        }
    }

    private static string? SourceOf(IPAddress? address) => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
}

/// <summary>Output of a model for a line of the audit log.</summary>
/// <param name="Text">Text of the answer: of each choice its reasoning, then its content; the texts of several choices are separated by line feeds.</param>
/// <param name="Tokens">Generated tokens; null if their number is not known.</param>
internal readonly record struct AuditOutput(string Text, long? Tokens)
{
    /// <param name="choices">Texts of the choices.</param>
    /// <param name="tokens">Generated tokens.</param>
    public static AuditOutput Of(IEnumerable<(StringBuilder Reasoning, StringBuilder Content)> choices, long tokens) =>
        new(string.Join('\n', choices.Select(static choice => string.Concat(choice.Reasoning, choice.Content))), tokens);
}
