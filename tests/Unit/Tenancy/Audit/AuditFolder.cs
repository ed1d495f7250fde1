using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Files;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.Unit.Tenancy.Audit;

/// <summary>A folder with audit logs that goes when the test ends.</summary>
internal sealed class AuditFolder : IDisposable
{
    public static readonly AuditKey Key = new("0123456789abcdef0123456789abcdef"u8);

    private readonly string _parent = Directory.CreateTempSubdirectory("orleans-inference-audit-").FullName;

    public string Path => System.IO.Path.Combine(_parent, "audit");

    public FakeTime Time { get; } = new();

    public FaultyDisk Disk { get; } = new();

    public List<AuditEvent> Events { get; } = [];

    public string[] Files => [.. Directory.GetFiles(Path, "*.jsonl").Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    public AuditLogOptions Options(string node = "a") => new(Path, node) { FlushInterval = Timeout.InfiniteTimeSpan, OnEvent = Add };

    public AuditLog Open(Func<AuditLogOptions, AuditLogOptions>? change = null, string node = "a") => AuditLog.Open(change is null ? Options(node) : change(Options(node)), Time, Disk);

    /// <summary>Writes lines that differ, one after the other.</summary>
    public async Task FillAsync(int lines, string node = "a", Func<AuditLogOptions, AuditLogOptions>? change = null)
    {
        await using AuditLog log = Open(change, node);
        for (int i = 0; i < lines; i++)
        {
            await log.AppendAsync(Entry(i));
        }

        await log.FlushAsync();
    }

    public AuditReport Verify(AuditVerification? options = null) => AuditVerifier.Verify(Path, options);

    public string[] Lines(int file = 0) => File.ReadAllLines(Files[file]);

    public void Write(IEnumerable<string> lines, int file = 0) => File.WriteAllText(Files[file], string.Concat(lines.Select(static line => line + "\n")));

    public static AuditEntry Entry(int number) => new("chat.completions")
    {
        RequestId = $"request-{number}",
        Tenant = "team",
        KeyId = "aaaaaaaaaaaa",
        ModelVersion = "demo",
        InputLength = number,
        OutputLength = 2 * number,
        Latency = TimeSpan.FromMilliseconds(number),
        Status = 200,
        InputHash = AuditHash.Of($"{number}"),
        OutputHash = AuditHash.Of($"-{number}"),
        Source = "127.0.0.1",
    };

    private void Add(AuditEvent happened)
    {
        lock (Events)
        {
            Events.Add(happened);
        }
    }

    internal sealed class FakeTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
