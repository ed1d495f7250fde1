using System.Text.Json;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.Unit.Tenancy.Audit;

/// <summary>Ends of files after a crash, and disks that fail.</summary>
public sealed class AuditDiskTests : IDisposable
{
    private readonly AuditFolder _folder = new();

    private FaultyDisk Disk => _folder.Disk;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_torn_line_is_cut_off_wherever_it_is_torn()
    {
        await _folder.FillAsync(3);
        byte[] whole = File.ReadAllBytes(_folder.Files[0]);
        int end = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (int length = end; length < whole.Length; length += length < whole.Length - 80 && length > end + 20 ? 37 : 1)
        {
            _folder.Events.Clear();
            File.WriteAllBytes(_folder.Files[0], whole[..length]);
            await _folder.FillAsync(2);
            AssertWhole(4);
            Assert.Equal(length > end ? [AuditEventKind.TornLineCut] : [], _folder.Events.Select(static happened => happened.Kind));
            Assert.Single(_folder.Files);
        }
    }

    [Fact]
    public async Task Zeros_at_the_end_are_cut_off()
    {
        await _folder.FillAsync(3);
        using (FileStream file = new(_folder.Files[0], FileMode.Append))
        {
            file.Write(new byte[100_000]);
        }

        await _folder.FillAsync(1);
        AssertWhole(4);
    }

    [Fact]
    public async Task A_file_that_is_empty_or_has_only_a_torn_line_continues_the_one_before()
    {
        await _folder.FillAsync(20, change: static options => options with { MaxFileBytes = 5000 });
        int files = _folder.Files.Length;
        string next = Path.Combine(_folder.Path, $"audit-a-{files + 1:D6}.jsonl");
        await File.WriteAllTextAsync(next, string.Empty);
        await _folder.FillAsync(1);
        AssertWhole(21);

        await File.WriteAllTextAsync(Path.Combine(_folder.Path, $"audit-a-{files + 2:D6}.jsonl"), """{"timestamp":"20""");
        await _folder.FillAsync(1);
        AssertWhole(22);
        Assert.Equal(files + 2, _folder.Files.Length);
    }

    [Theory]
    [InlineData("\"status\":200", "\"status\":500")]
    [InlineData("\"hash\":\"", "\"hush\":\"")]
    public async Task A_damaged_last_line_stays_a_fault_and_the_chain_continues_in_a_new_file(string field, string damaged)
    {
        await _folder.FillAsync(3);
        _folder.Write(_folder.Lines().Select((line, number) => number == 2 ? line.Replace(field, damaged, StringComparison.Ordinal) : line));
        await _folder.FillAsync(2);
        await _folder.FillAsync(2);
        Assert.Equal(AuditEventKind.DamagedTail, Assert.Single(_folder.Events).Kind);
        Assert.Equal(2, _folder.Files.Length);
        AuditReport report = _folder.Verify();
        Assert.Equal((7, 3L), (report.Lines, report.Broken[0].Line));
        Assert.All(report.Broken, static fault => Assert.InRange(fault.Sequence!.Value, 3, 4));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_full_disk_fails_its_lines_and_leaves_no_gap(int room)
    {
        await using (AuditLog log = _folder.Open())
        {
            await log.AppendAsync(AuditFolder.Entry(1));
            Disk.Room = room;
            for (int i = 0; i < 3; i++)
            {
                AuditException failed = await Assert.ThrowsAsync<AuditException>(() => log.AppendAsync(AuditFolder.Entry(2)));
                Assert.Contains(_folder.Files[0], failed.Message, StringComparison.Ordinal);
                Assert.Contains("No space left on device", failed.Message, StringComparison.Ordinal);
            }

            Disk.CannotShorten = true;
            await Assert.ThrowsAsync<AuditException>(() => log.AppendAsync(AuditFolder.Entry(2)));
            (Disk.Room, Disk.CannotShorten) = (null, false);
            Assert.Equal(2, await log.AppendAsync(AuditFolder.Entry(3)));
        }

        Assert.Equal([AuditEventKind.DiskFailed, AuditEventKind.DiskRecovered], _folder.Events.Select(static happened => happened.Kind));
        AssertWhole(2);
        Assert.Single(_folder.Files);
    }

    [Fact]
    public async Task A_disk_without_room_for_a_new_file_fails_until_there_is()
    {
        await using (AuditLog log = _folder.Open(static options => options with { MaxFileBytes = 1 }))
        {
            await log.AppendAsync(AuditFolder.Entry(1));
            Disk.CannotOpen = true;
            AuditException failed = await Assert.ThrowsAsync<AuditException>(() => log.AppendAsync(AuditFolder.Entry(2)));
            Assert.Contains("audit-a-000002.jsonl", failed.Message, StringComparison.Ordinal);
            (Disk.CannotOpen, Disk.CannotFlush) = (false, true);
            await Assert.ThrowsAsync<AuditException>(() => log.AppendAsync(AuditFolder.Entry(2)));
            Disk.CannotFlush = false;
            Assert.Equal(2, await log.AppendAsync(AuditFolder.Entry(3)));
        }

        AssertWhole(2);
        Assert.Equal(2, _folder.Files.Length);
    }

    [Fact]
    public async Task A_removed_file_is_noticed_and_the_chain_continues()
    {
        await using (AuditLog log = _folder.Open(static options => options with { MaxFileBytes = 1000 }))
        {
            for (int i = 0; i < 4; i++)
            {
                await log.AppendAsync(AuditFolder.Entry(i));
            }

            string removed = _folder.Files[^1];
            Assert.Equal("audit-a-000002.jsonl", Path.GetFileName(removed));
            File.Delete(removed);
            AuditException failed = await Assert.ThrowsAsync<AuditException>(() => log.AppendAsync(AuditFolder.Entry(4)));
            Assert.Contains("audit-a-00000", failed.Message, StringComparison.Ordinal);
            Assert.Contains("removed", failed.Message, StringComparison.Ordinal);
            Assert.Equal(5, await log.AppendAsync(AuditFolder.Entry(5)));
        }

        Assert.Equal(["audit-a-000001.jsonl", "audit-a-000003.jsonl"], _folder.Files.Select(Path.GetFileName));
        Assert.Equal([AuditFaultKind.Missing, AuditFaultKind.Missing], _folder.Verify().Broken.Select(static fault => fault.Kind)); // the file, and its lines
    }

    [Fact]
    public async Task A_file_in_place_of_another_is_not_written_to_although_it_is_equal()
    {
        await using (AuditLog log = _folder.Open())
        {
            await log.AppendAsync(AuditFolder.Entry(1));
            string copy = _folder.Files[0] + ".copy"; // as an editor or sed -i leaves it
            File.Copy(_folder.Files[0], copy);
            File.Move(copy, _folder.Files[0], overwrite: true);
            await Assert.ThrowsAsync<AuditException>(() => log.AppendAsync(AuditFolder.Entry(2)));
            Assert.Equal(2, await log.AppendAsync(AuditFolder.Entry(3)));
        }

        AssertWhole(2);
        Assert.Equal(2, _folder.Files.Length);
    }

    [Fact]
    public async Task A_shortened_file_is_noticed_and_not_written_to_again()
    {
        await using (AuditLog log = _folder.Open())
        {
            await log.AppendAsync(AuditFolder.Entry(1));
            await log.AppendAsync(AuditFolder.Entry(2));
            using (FileStream file = new(_folder.Files[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.SetLength(10);
            }

            await Assert.ThrowsAsync<AuditException>(() => log.AppendAsync(AuditFolder.Entry(3)));
            Assert.Equal(3, await log.AppendAsync(AuditFolder.Entry(4)));
        }

        Assert.Equal(10, new FileInfo(_folder.Files[0]).Length);
        Assert.Equal([(1L, AuditFaultKind.Unreadable), (1L, AuditFaultKind.Missing)], _folder.Verify().Broken.Select(static fault => (fault.Line, fault.Kind)));
    }

    [Fact]
    public async Task A_removed_folder_is_made_again()
    {
        await using AuditLog log = _folder.Open();
        await log.AppendAsync(AuditFolder.Entry(1));
        Directory.Delete(_folder.Path, recursive: true);
        await Assert.ThrowsAsync<AuditException>(() => log.AppendAsync(AuditFolder.Entry(2)));
        Assert.Equal(2, await log.AppendAsync(AuditFolder.Entry(3)));
        Assert.Throws<AuditException>(() => _folder.Open());
    }

    [Fact]
    public async Task A_disk_that_cannot_make_lines_durable_is_reported_once()
    {
        await using AuditLog log = _folder.Open();
        await log.AppendAsync(AuditFolder.Entry(1));
        Disk.CannotFlush = true;
        Assert.False(await log.FlushAsync());
        Assert.False(await log.FlushAsync());
        Disk.CannotFlush = false;
        Assert.True(await log.FlushAsync());
        Assert.True(await log.FlushAsync());
        Assert.Equal(1, Disk.Flushes);
        Assert.Equal([AuditEventKind.DiskFailed, AuditEventKind.DiskRecovered], _folder.Events.Select(static happened => happened.Kind));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        await File.WriteAllTextAsync(_folder.Path, string.Empty);
        AuditException refused = Assert.Throws<AuditException>(() => _folder.Open());
        Assert.Contains(_folder.Path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_random_faults_every_acknowledged_line_is_there_and_no_other()
    {
        int seed = Seed.Next();
        Random random = new(seed);
        List<string> acknowledged = [];
        for (int life = 0; life < 10; life++)
        {
            AuditLog log = _folder.Open(static options => options with { MaxFileBytes = 4000 });
            for (int round = 0; round < 30; round++)
            {
                Disk.Room = random.Next(3) == 0 ? random.Next(3000) : null;
                Disk.CannotOpen = random.Next(10) == 0;
                Disk.CannotShorten = random.Next(10) == 0;
                Task<long>[] lines = [.. Enumerable.Range(0, random.Next(1, 6)).Select(number => log.AppendAsync(AuditFolder.Entry(number) with { RequestId = $"{life}-{round}-{number}" }))];
                foreach ((int number, Task<long> line) in lines.Index())
                {
                    try
                    {
                        await line;
                        acknowledged.Add($"{life}-{round}-{number}");
                    }
                    catch (AuditException)
                    {
                        // The disk is full.
                    }
                }
            }

            (Disk.Room, Disk.CannotOpen, Disk.CannotShorten) = (null, false, false);
            await log.DisposeAsync();
        }

        // The file may have whole lines of a failed write as well, if the process ends before it removes them.
        AuditReport report = _folder.Verify();
        Assert.True(report.Broken.Count == 0, $"seed {seed}: {string.Join("; ", report.Broken)}");
        HashSet<string> written = [.. _folder.Files.SelectMany(File.ReadLines).Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("request_id").GetString()!)];
        Assert.True(written.IsSupersetOf(acknowledged), $"seed {seed}: {string.Join(", ", acknowledged.Except(written))}");
    }

    private void AssertWhole(long lines)
    {
        AuditReport report = _folder.Verify();
        Assert.Empty(report.Broken);
        Assert.Equal(lines, report.Lines);
    }
}
