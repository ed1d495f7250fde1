using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.Unit.Tenancy.Audit;

public sealed class AuditLogTests : IDisposable
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly AuditFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_line_has_its_fields_in_a_fixed_order()
    {
        await using (AuditLog log = _folder.Open())
        {
            await log.AppendAsync(new AuditEntry("key.revoke") { Target = "key \"b\"" });
            await log.AppendAsync(AuditFolder.Entry(7) with { UserId = "ü\u2028\n", Latency = TimeSpan.FromTicks(12_345_678), Fingerprint = "fp", Input = "in", Output = "out" });
        }

        string zeros = new('0', 64);
        string[] lines = _folder.Lines();
        string[] hashes = [.. lines.Select(static line => line[^66..^2])];
        Assert.Equal(
            $$"""{"timestamp":"2026-03-04T05:06:07.089Z","node":"a","request_id":null,"user_id":null,"tenant":null,"key_id":null,"action":"key.revoke","target":"key \"b\"","model_version":null,"input_length":null,"output_length":null,"latency_ms":null,"status":null,"input_sha256":null,"output_sha256":null,"source":null,"sequence":1,"previous":"{{zeros}}","hash":"{{hashes[0]}}"}""",
            lines[0]);
        Assert.Equal(
            $$"""{"timestamp":"2026-03-04T05:06:07.089Z","node":"a","request_id":"request-7","user_id":"ü\u2028\n","tenant":"team","key_id":"aaaaaaaaaaaa","action":"chat.completions","target":null,"model_version":"demo","input_length":7,"output_length":14,"latency_ms":1234.568,"status":200,"input_sha256":"{{AuditHash.Of("7")}}","output_sha256":"{{AuditHash.Of("-7")}}","source":"127.0.0.1","fingerprint":"fp","input":"in","output":"out","sequence":2,"previous":"{{hashes[0]}}","hash":"{{hashes[1]}}"}""",
            lines[1]);
    }

    [Fact]
    public async Task The_hash_of_a_line_is_that_of_the_object_without_its_last_field()
    {
        string[] texts = ["", ",\"hash\":\"x\"}", "\ud83d\ude00 \u0000\u001f \\ \"", "half of a pair: \ud800", new string('x', 100_000)];
        await using (AuditLog log = _folder.Open())
        {
            foreach (string text in texts)
            {
                await log.AppendAsync(new AuditEntry(text) { Input = text });
            }
        }

        string previous = new('0', 64);
        string[] lines = _folder.Lines();
        Assert.Equal(texts.Length, lines.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            JsonElement json = JsonDocument.Parse(lines[i]).RootElement;
            string hashed = lines[i][..lines[i].LastIndexOf(",\"hash\":", StringComparison.Ordinal)] + "}";
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed))), json.GetProperty("hash").GetString());
            Assert.Equal(previous, json.GetProperty("previous").GetString());
            Assert.Equal(i + 1, json.GetProperty("sequence").GetInt64());
            Assert.Equal(texts[i].Replace('\ud800', '\ufffd').Replace("\ufffd\ude00", "\ud83d\ude00", StringComparison.Ordinal), json.GetProperty("input").GetString());
            previous = json.GetProperty("hash").GetString()!;
        }

        AssertWhole(texts.Length);
    }

    [Fact]
    public async Task Lines_that_arrive_at_once_have_a_place_each()
    {
        const int Writers = 8;
        const int Each = 300;
        long[][] sequences;
        await using (AuditLog log = _folder.Open(static options => options with { MaxFileBytes = 100_000, MaxWaitingLines = 16 }))
        {
            sequences = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                long[] own = new long[Each];
                for (int i = 0; i < Each; i++)
                {
                    own[i] = await log.AppendAsync(AuditFolder.Entry((writer * Each) + i));
                }

                return own;
            })));
            Assert.Equal(Writers * Each, log.LastSequence);
        }

        Assert.All(sequences, static own => Assert.Equal(own.Order(), own));
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(static number => (long)number), sequences.SelectMany(static own => own).Order());
        Dictionary<long, string> written = _folder.Files.SelectMany(File.ReadLines).Select(static line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(static line => line.GetProperty("sequence").GetInt64(), static line => line.GetProperty("request_id").GetString()!);
        Assert.All(sequences.Index(), own => Assert.All(own.Item.Index(), line => Assert.Equal($"request-{(own.Index * Each) + line.Index}", written[line.Item])));
        AssertWhole(Writers * Each);
    }

    [Fact]
    public async Task A_full_file_is_continued_by_the_next()
    {
        await _folder.FillAsync(100, change: static options => options with { MaxFileBytes = 5000 });
        await _folder.FillAsync(100, change: static options => options with { MaxFileBytes = 5000 });
        Assert.InRange(_folder.Files.Length, 10, 50);
        Assert.Equal(_folder.Files, Enumerable.Range(1, _folder.Files.Length).Select(number => Path.Combine(_folder.Path, $"audit-a-{number:D6}.jsonl")));
        Assert.All(_folder.Files.SkipLast(1), static file => Assert.InRange(new FileInfo(file).Length, 5000, 6000));
        AssertWhole(200);
    }

    [Fact]
    public async Task A_new_day_begins_a_new_file()
    {
        await using (AuditLog log = _folder.Open())
        {
            await log.AppendAsync(AuditFolder.Entry(1));
            _folder.Time.Now += TimeSpan.FromHours(18);
            await log.AppendAsync(AuditFolder.Entry(2));
            _folder.Time.Now += TimeSpan.FromHours(1);
            await log.AppendAsync(AuditFolder.Entry(3));
        }

        _folder.Time.Now += TimeSpan.FromHours(1);
        await _folder.FillAsync(1);
        Assert.Equal([2, 2], _folder.Files.Select(static file => File.ReadLines(file).Count()));

        _folder.Time.Now += TimeSpan.FromDays(1);
        await _folder.FillAsync(1);
        Assert.Equal(3, _folder.Files.Length);
        AssertWhole(5);
    }

    [Fact]
    public async Task Only_its_owner_may_read_the_log()
    {
        await _folder.FillAsync(1);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerReadsAndWrites | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Path));
            foreach (string file in Directory.GetFiles(_folder.Path))
            {
                Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task A_node_has_one_writer()
    {
        await using (AuditLog log = _folder.Open())
        {
            AuditException refused = Assert.Throws<AuditException>(() => _folder.Open());
            Assert.Contains("node a", refused.Message, StringComparison.Ordinal);
            Assert.Contains(_folder.Path, refused.Message, StringComparison.Ordinal);
            Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
            await _folder.FillAsync(3, "b");
            await log.AppendAsync(AuditFolder.Entry(1));
        }

        await _folder.FillAsync(1);
        AssertWhole(5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public void A_name_that_is_none_is_refused(string node) => Assert.Contains($"'{node}'", Assert.Throws<ArgumentException>(() => _folder.Open(node: node)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_node_whose_name_ends_with_a_number_has_its_own_files()
    {
        await _folder.FillAsync(1, "a");
        await _folder.FillAsync(2, "a-000001");
        await _folder.FillAsync(1, "a");
        Assert.Equal(["audit-a-000001-000001.jsonl", "audit-a-000001.jsonl"], _folder.Files.Select(Path.GetFileName));
        AssertWhole(4);
    }

    [Fact]
    public async Task Lines_that_wait_are_written_at_the_end_and_later_ones_are_refused()
    {
        AuditLog log = _folder.Open();
        Task<long>[] waiting = [.. Enumerable.Range(0, 100).Select(number => log.AppendAsync(AuditFolder.Entry(number)))];
        await log.DisposeAsync();
        await log.DisposeAsync();
        Assert.Equal(100, (await Task.WhenAll(waiting)).Max());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => log.AppendAsync(AuditFolder.Entry(1)));
        Assert.Equal(1, _folder.Disk.Flushes);
        AssertWhole(100);
    }

    [Fact]
    public async Task A_full_queue_holds_up_its_callers_and_loses_nothing()
    {
        using ManualResetEventSlim goOn = new();
        using ManualResetEventSlim writing = new();
        _folder.Disk.BeforeWrite = () =>
        {
            writing.Set();
            goOn.Wait();
        };
        await using (AuditLog log = _folder.Open(static options => options with { MaxWaitingLines = 2 }))
        {
            Task<long> first = log.AppendAsync(AuditFolder.Entry(0));
            writing.Wait();
            Task<long>[] waiting = [.. Enumerable.Range(1, 2).Select(number => log.AppendAsync(AuditFolder.Entry(number)))];
            using CancellationTokenSource impatient = new();
            Task<long> refused = log.AppendAsync(AuditFolder.Entry(3), impatient.Token);
            Task<long> held = log.AppendAsync(AuditFolder.Entry(4));
            Assert.DoesNotContain([first, .. waiting, refused, held], static task => task.IsCompleted);
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refused);
            goOn.Set();
            long[] sequences = await Task.WhenAll([first, .. waiting, held]);
            Assert.Equal([1, 2, 3, 4], sequences);
        }

        AssertWhole(4);
    }

    private void AssertWhole(long lines)
    {
        AuditReport report = _folder.Verify();
        Assert.Empty(report.Broken);
        Assert.Equal(lines, report.Lines);
    }
}
