using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Files;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.Unit.Tenancy.Audit;

public sealed class AuditVerifierTests : IDisposable
{
    private readonly AuditFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_whole_log_has_no_fault()
    {
        FakeHeadStore heads = new();
        await FillAsync(50, heads);
        await _folder.FillAsync(10, "b");
        AuditReport report = _folder.Verify(With(heads));
        Assert.Empty(report.Broken);
        Assert.Equal(60, report.Lines);
        Assert.Equal([new AuditChain("a", _folder.Files.Length - 1, 1, 50), new AuditChain("b", 1, 1, 10)], report.Chains);
    }

    [Fact]
    public async Task Every_changed_byte_is_found()
    {
        int seed = Seed.Next();
        Random random = new(seed);
        await FillAsync(6, new FakeHeadStore());
        foreach (string file in _folder.Files)
        {
            byte[] whole = File.ReadAllBytes(file);
            for (int i = 0; i < whole.Length; i++)
            {
                byte[] changed = [.. whole];
                changed[i] ^= (byte)random.Next(1, 256);
                File.WriteAllBytes(file, changed);
                Assert.True(_folder.Verify().Broken.Count > 0, $"seed {seed}: byte {i} of {file}, {whole[i]} -> {changed[i]}");
            }

            File.WriteAllBytes(file, whole);
        }

        Assert.Empty(_folder.Verify().Broken);
    }

    [Fact]
    public async Task A_change_of_a_field_is_one_fault_at_its_line()
    {
        await _folder.FillAsync(9);
        string[] lines = _folder.Lines();
        for (int i = 0; i < lines.Length; i++)
        {
            foreach ((string field, string other) in new[] { ("\"status\":200", "\"status\":500"), ("request-", "REQUEST-"), ("\"sequence\":", "\"sequence\":1"), ("\"previous\":\"", "\"previous\":\"0"), (lines[i][^10..], "00000000\"}") })
            {
                string changed = lines[i].Replace(field, other, StringComparison.Ordinal);
                changed = field.StartsWith("\"previous", StringComparison.Ordinal) ? changed[..^76] + changed[^75..] : changed; // of the same length
                _folder.Write([.. lines[..i], changed, .. lines[(i + 1)..]]);
                AuditFault fault = Assert.Single(_folder.Verify().Broken);
                Assert.Equal(("audit-a-000001.jsonl", i + 1), (fault.File, fault.Line));
                Assert.True(fault.Kind is AuditFaultKind.Changed or AuditFaultKind.Unreadable);
            }
        }
    }

    [Fact]
    public async Task Every_removed_line_is_found()
    {
        FakeHeadStore heads = new();
        await FillAsync(30, heads, fileBytes: 100_000);
        string[] lines = _folder.Lines();
        for (int i = 0; i < lines.Length; i++)
        {
            _folder.Write([.. lines[..i], .. lines[(i + 1)..]]);
            AuditFault fault = Assert.Single(_folder.Verify(With(heads)).Broken);
            Assert.Equal(i < 29 ? (AuditFaultKind.Missing, (long)i + 1, (long?)i + 2) : (AuditFaultKind.CutOff, 0, 30), (fault.Kind, fault.Line, fault.Sequence));
        }
    }

    [Fact]
    public async Task Swapped_and_repeated_lines_are_found()
    {
        int seed = Seed.Next();
        Random random = new(seed);
        await _folder.FillAsync(20);
        string[] lines = _folder.Lines();
        for (int turn = 0; turn < 100; turn++)
        {
            (int first, int second) = (random.Next(19), 0);
            second = random.Next(first + 1, 20);
            string[] swapped = [.. lines];
            (swapped[first], swapped[second]) = (swapped[second], swapped[first]);
            _folder.Write(swapped);
            IReadOnlyList<AuditFault> faults = _folder.Verify().Broken;
            Assert.True(faults.Any(fault => fault.Kind == AuditFaultKind.Reordered || first == 0), $"seed {seed}: {first} and {second}");

            _folder.Write([.. lines[..second], lines[first], .. lines[second..]]);
            AuditFault repeated = Assert.Single(_folder.Verify().Broken);
            Assert.Equal((AuditFaultKind.Duplicated, second + 1, first + 1), (repeated.Kind, repeated.Line, repeated.Sequence));
        }
    }

    [Fact]
    public async Task Every_cut_of_the_end_is_found_with_the_head_and_one_inside_a_line_without()
    {
        FakeHeadStore heads = new();
        await FillAsync(5, heads, fileBytes: 100_000);
        byte[] whole = File.ReadAllBytes(_folder.Files[0]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder.Files[0], whole[..length]);
            Assert.Contains(_folder.Verify(With(heads)).Broken, static fault => fault.Kind == AuditFaultKind.CutOff);
            Assert.Equal(length > 0 && whole[length - 1] != '\n', _folder.Verify().Broken.Count > 0);
        }

        File.Delete(_folder.Files[0]);
        Assert.Equal(AuditFaultKind.CutOff, Assert.Single(_folder.Verify(With(heads)).Broken).Kind);
    }

    [Fact]
    public async Task A_chain_written_anew_does_not_have_the_hash_of_the_head()
    {
        FakeHeadStore heads = new();
        await _folder.FillAsync(5);
        await FillAsync(1, heads, fileBytes: 100_000);
        Directory.Delete(_folder.Path, recursive: true);
        _folder.Time.Now += TimeSpan.FromMilliseconds(1);
        await _folder.FillAsync(9);
        Assert.Empty(_folder.Verify().Broken);
        AuditFault fault = Assert.Single(_folder.Verify(With(heads)).Broken);
        Assert.Equal((AuditFaultKind.CutOff, 6, 6), (fault.Kind, fault.Line, fault.Sequence));
    }

    [Fact]
    public async Task A_changed_head_and_one_of_another_key_are_found()
    {
        FakeHeadStore heads = new();
        await FillAsync(5, heads);
        AuditHead head = heads.Head()!;
        AuditKey other = new(new byte[32]);
        AuditHead[] wrong =
        [
            head with { Node = "b" }, head with { Sequence = 4 }, head with { Hash = new string('0', 64) }, head with { SignedAt = head.SignedAt.AddMilliseconds(1) }, head with { Signature = head.Signature[..^1] },
            AuditHead.Sign("a", 5, head.Hash, head.SignedAt, other),
        ];
        Assert.All(wrong, changed => Assert.Equal(AuditFaultKind.WrongSignature, Assert.Single(_folder.Verify(new AuditVerification { Heads = [changed], Key = AuditFolder.Key }).Broken).Kind));
        Assert.All(AuditHeadJson.Read(AuditHeadJson.Write([head])), read => Assert.True(read == head && read.IsSignedWith(AuditFolder.Key)));
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        await FillAsync(60, new FakeHeadStore());
        string[] files = _folder.Files;
        Assert.True(files.Length > 4);
        string file = Path.GetFileName(files[2]);
        long removed = File.ReadLines(files[1]).Count();
        File.Delete(files[1]);
        AuditReport report = _folder.Verify();
        Assert.Equal([(file, 0L, AuditFaultKind.Missing), (file, 1L, AuditFaultKind.Missing)], report.Broken.Select(static fault => (fault.File, fault.Line, fault.Kind)));
        Assert.Equal(60 - removed, report.Lines);
        Assert.Contains("audit-a-000001.jsonl", report.Broken[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_node_is_not_taken_for_one()
    {
        await _folder.FillAsync(5, "b");
        File.Move(_folder.Files[0], Path.Combine(_folder.Path, "audit-a-000001.jsonl"));
        Assert.Equal(Enumerable.Repeat(AuditFaultKind.Unchained, 5), _folder.Verify().Broken.Select(static fault => fault.Kind));
    }

    [Fact]
    public async Task One_file_is_verified_as_the_continuation_of_the_one_before()
    {
        FakeHeadStore heads = new();
        await FillAsync(60, heads);
        string[] files = _folder.Files;
        Assert.All(files, file => Assert.Empty(AuditVerifier.Verify(file, With(heads)).Broken));
        Assert.Equal(60, files.Sum(static file => AuditVerifier.Verify(file).Lines));

        string copy = Path.Combine(_folder.Path, "copy.jsonl");
        File.Copy(files[0], copy);
        Assert.Empty(AuditVerifier.Verify(copy).Broken);
        File.Copy(files[2], copy, overwrite: true);
        Assert.Equal(AuditFaultKind.Missing, Assert.Single(AuditVerifier.Verify(copy).Broken).Kind);
        Assert.Empty(AuditVerifier.Verify(copy, new AuditVerification { AcceptsLaterStart = true }).Broken);
        File.Delete(copy);

        _folder.Write(_folder.Lines(2).Skip(1), 2);
        Assert.Equal(AuditFaultKind.Missing, Assert.Single(AuditVerifier.Verify(files[2]).Broken).Kind);
        _folder.Write(_folder.Lines(files.Length - 1).SkipLast(1), files.Length - 1);
        Assert.Empty(AuditVerifier.Verify(files[^1]).Broken);
        Assert.Equal(AuditFaultKind.CutOff, Assert.Single(AuditVerifier.Verify(files[^1], With(heads)).Broken).Kind);
    }

    [Fact]
    public async Task Old_files_go_only_with_a_signed_start()
    {
        AuditVerification keyed = new() { Key = AuditFolder.Key };
        await FillAsync(30, new FakeHeadStore());
        _folder.Time.Now += TimeSpan.FromDays(10);
        DateTimeOffset between = _folder.Time.Now - TimeSpan.FromDays(5);
        await FillAsync(30, new FakeHeadStore());
        int files = _folder.Files.Length;
        int[] lines = [.. _folder.Files.Select(static file => File.ReadLines(file).Count())];

        int deleted = AuditRetention.DeleteBefore(_folder.Path, "a", between, AuditFolder.Key, _folder.Time);
        Assert.InRange(deleted, 2, files - 2);
        Assert.Equal(files - deleted, _folder.Files.Length);
        AuditReport report = _folder.Verify(keyed);
        Assert.Empty(report.Broken);
        AuditChain chain = Assert.Single(report.Chains);
        Assert.Equal((1 + lines[..deleted].Sum(), 60), (chain.First, chain.Last));
        Assert.Equal(31, chain.First); // a new day began a new file
        Assert.Equal(0, AuditRetention.DeleteBefore(_folder.Path, "a", between, AuditFolder.Key, _folder.Time));
        await FillAsync(1, new FakeHeadStore());
        Assert.Empty(_folder.Verify(keyed).Broken);

        // One more file than the start permits.
        File.Delete(_folder.Files[0]);
        Assert.Equal(AuditFaultKind.Missing, Assert.Single(_folder.Verify(keyed).Broken).Kind);
        Assert.Empty(_folder.Verify(keyed with { AcceptsLaterStart = true }).Broken);

        // A start without the key's signature.
        string start = Path.Combine(_folder.Path, "audit-a.start");
        await File.WriteAllTextAsync(start, (await File.ReadAllTextAsync(start)).Replace($":{chain.First - 1},", $":{chain.First + 1000},", StringComparison.Ordinal));
        Assert.Equal([AuditFaultKind.WrongSignature, AuditFaultKind.Missing], _folder.Verify(keyed).Broken.Select(static fault => fault.Kind));
        await File.WriteAllTextAsync(start, "{}");
        Assert.Equal([AuditFaultKind.Unreadable, AuditFaultKind.Missing], _folder.Verify(keyed).Broken.Select(static fault => fault.Kind));
        File.Delete(start);
        Assert.Equal(AuditFaultKind.Missing, Assert.Single(_folder.Verify(keyed).Broken).Kind);
    }

    [Fact]
    public async Task A_deletion_that_was_interrupted_leaves_a_whole_log()
    {
        await FillAsync(60, new FakeHeadStore());
        string[] files = _folder.Files;
        Dictionary<string, byte[]> contents = files.ToDictionary(static file => file, File.ReadAllBytes);
        int deleted = AuditRetention.DeleteBefore(_folder.Path, "a", DateTimeOffset.MaxValue, AuditFolder.Key, _folder.Time);
        Assert.Equal(files.Length - 1, deleted);
        for (int i = deleted - 1; i >= 0; i--)
        {
            await File.WriteAllBytesAsync(files[i], contents[files[i]]);
            Assert.Empty(_folder.Verify(new AuditVerification { Key = AuditFolder.Key }).Broken);
        }
    }

    [Fact]
    public async Task Faults_are_listed_up_to_a_number_and_then_counted()
    {
        await _folder.FillAsync(30);
        _folder.Write(_folder.Lines().Select(static line => line.Replace(":200,", ":201,", StringComparison.Ordinal)));
        AuditReport report = _folder.Verify(new AuditVerification { MaxFaults = 7 });
        Assert.Equal((30, 8, AuditFaultKind.More), (report.Lines, report.Broken.Count, report.Broken[^1].Kind));
        Assert.Contains("23 further", report.Broken[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_does_not_exist_is_named()
    {
        string path = Path.Combine(_folder.Path, "none.jsonl");
        Assert.Contains(path, Assert.Throws<AuditException>(() => AuditVerifier.Verify(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_log_is_not_taken_for_an_empty_log()
    {
        Directory.CreateDirectory(_folder.Path);
        Assert.Contains("has no file of an audit log", Assert.Throws<AuditException>(() => _folder.Verify()).Message, StringComparison.Ordinal);
        await _folder.FillAsync(0);
        AuditReport report = _folder.Verify();
        Assert.Equal((0, 0), (report.Lines, report.Broken.Count));
    }

    [Fact]
    public async Task Lines_longer_than_the_reader_accepts_are_damaged_and_others_are_not()
    {
        Directory.CreateDirectory(_folder.Path);
        string path = Path.Combine(_folder.Path, "lines");
        string[] lines = ["", "short", new string('x', 3_000_000), "y", new string('z', 5_000_000), "end"];
        await File.WriteAllTextAsync(path, string.Join('\n', lines));
        Assert.Equal(["0 True", "5 True", "3000000 True", "1 True", "5000000 True", "3 False"], Read(int.MaxValue));
        string[] cut = Read(4_000_000);
        Assert.Equal(["0 True", "5 True", "3000000 True", "1 True"], cut[..4]);
        Assert.EndsWith("False", cut[4], StringComparison.Ordinal);
        Assert.Equal("3 False", cut[5]);

        string[] Read(int max)
        {
            using OrleansInference.Tenancy.Audit.Lines.LineReader reader = new(path, max);
            List<string> read = [];
            while (reader.TryRead(out Span<byte> line))
            {
                read.Add($"{line.Length} {reader.IsWhole}");
            }

            return [.. read];
        }
    }

    private Task FillAsync(int lines, FakeHeadStore heads, int fileBytes = 4000) =>
        _folder.FillAsync(lines, change: options => options with { MaxFileBytes = fileBytes, Heads = heads, Key = AuditFolder.Key });

    private static AuditVerification With(FakeHeadStore heads) => new() { Heads = [heads.Head()!], Key = AuditFolder.Key };
}
