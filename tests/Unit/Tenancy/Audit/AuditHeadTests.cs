using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.Unit.Tenancy.Audit;

public sealed class AuditHeadTests : IDisposable
{
    private readonly AuditFolder _folder = new();
    private readonly FakeHeadStore _store = new();

    private AuditVerification Verification => new() { Heads = [_store.Head()!], Key = AuditFolder.Key };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_head_is_saved_when_there_are_new_lines()
    {
        await using AuditLog log = Open();
        Assert.True(await log.FlushAsync());
        Assert.Null(_store.Head());
        await log.AppendAsync(AuditFolder.Entry(1));
        await log.AppendAsync(AuditFolder.Entry(2));
        Assert.True(await log.FlushAsync());
        Assert.True(await log.FlushAsync());
        AuditHead head = _store.Head()!;
        Assert.Equal((2, _folder.Lines()[1][^66..^2], 1), (head.Sequence, head.Hash, _store.Saves));
        Assert.True(head.IsSignedWith(AuditFolder.Key));
        Assert.Equal(_folder.Time.Now, head.SignedAt);
    }

    [Fact]
    public async Task A_head_is_saved_in_the_background()
    {
        TaskCompletionSource saved = new();
        WaitingStore store = new(_store, head =>
        {
            if (head.Sequence == 3)
            {
                saved.SetResult();
            }
        });
        await using AuditLog log = AuditLog.Open(_folder.Options() with { Heads = store, Key = AuditFolder.Key, FlushInterval = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        for (int i = 0; i < 3; i++)
        {
            await log.AppendAsync(AuditFolder.Entry(i));
        }

        await saved.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Lines_are_durable_before_their_head_is_signed()
    {
        await using AuditLog log = Open();
        await log.AppendAsync(AuditFolder.Entry(1));
        _folder.Disk.CannotFlush = true;
        Assert.False(await log.FlushAsync());
        Assert.Null(_store.Head());
        _folder.Disk.CannotFlush = false;
        Assert.True(await log.FlushAsync());
        Assert.Equal(1, _store.Head()!.Sequence);
    }

    [Fact]
    public async Task A_store_that_is_away_is_reported_once_and_asked_again()
    {
        _store.IsAway = true;
        await using AuditLog log = Open();
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(i, await log.AppendAsync(AuditFolder.Entry(i)));
            Assert.False(await log.FlushAsync());
        }

        _store.IsAway = false;
        Assert.True(await log.FlushAsync());
        Assert.True(await log.FlushAsync());
        Assert.Equal(3, _store.Head()!.Sequence);
        Assert.Equal([AuditEventKind.HeadStoreFailed, AuditEventKind.HeadStoreRecovered], _folder.Events.Select(static happened => happened.Kind));
        Assert.Contains("away", _folder.Events[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_store_holds_up_no_line_and_its_time_is_limited()
    {
        _store.Silence = new TaskCompletionSource();
        await using AuditLog log = AuditLog.Open(_folder.Options() with { Heads = _store, Key = AuditFolder.Key, HeadTimeout = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        await log.AppendAsync(AuditFolder.Entry(1));
        Task<bool> saving = log.FlushAsync();
        await log.AppendAsync(AuditFolder.Entry(2));
        Assert.False(await saving);
        Assert.Equal(AuditEventKind.HeadStoreFailed, Assert.Single(_folder.Events).Kind);
        _store.Silence.SetResult();
        _store.Silence = null;
        Assert.True(await log.FlushAsync());
        Assert.Equal(2, _store.Head()!.Sequence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the store answers only after the chain was continued
    public async Task Lines_that_were_cut_off_stay_missing_also_under_later_heads(bool isLate)
    {
        await FillAsync(10);
        _folder.Write(_folder.Lines()[..5]);
        _store.IsAway = isLate;
        await using (AuditLog log = Open())
        {
            Assert.False(await log.FlushAsync());
            if (isLate)
            {
                for (int i = 0; i < 8; i++)
                {
                    await log.AppendAsync(AuditFolder.Entry(i + 100));
                }

                _store.IsAway = false;
                Assert.False(await log.FlushAsync());
            }

            for (int i = 0; i < 20; i++)
            {
                await log.AppendAsync(AuditFolder.Entry(i));
            }

            Assert.True(await log.FlushAsync());
        }

        await FillAsync(1);
        Assert.Contains(AuditEventKind.HeadMismatch, _folder.Events.Select(static happened => happened.Kind));
        Assert.Equal(isLate ? 34 : 31, _store.Head()!.Sequence);
        AuditFault fault = Assert.Single(_folder.Verify(Verification).Broken);
        Assert.Equal(isLate ? (AuditFaultKind.Unchained, 14L) : (AuditFaultKind.Missing, 11L), (fault.Kind, fault.Sequence!.Value));
    }

    [Fact]
    public async Task A_lost_folder_does_not_begin_a_new_chain()
    {
        await FillAsync(10);
        Directory.Delete(_folder.Path, recursive: true);
        await FillAsync(3); // ends before it knows
        Assert.Equal(AuditFaultKind.CutOff, Assert.Single(_folder.Verify(Verification).Broken).Kind);
        Directory.Delete(_folder.Path, recursive: true);
        await using (AuditLog log = Open())
        {
            Assert.False(await log.FlushAsync());
            Assert.Equal(11, await log.AppendAsync(AuditFolder.Entry(1)));
        }

        await FillAsync(3);
        Assert.Equal(14, _store.Head()!.Sequence);
        AuditFault fault = Assert.Single(_folder.Verify(Verification).Broken);
        Assert.Equal((AuditFaultKind.Missing, 11), (fault.Kind, fault.Sequence));
        Assert.All(_folder.Events, static happened => Assert.Equal(AuditEventKind.HeadMismatch, happened.Kind));
    }

    [Fact]
    public async Task A_log_that_ended_before_its_last_head_was_saved_is_whole()
    {
        await FillAsync(10);
        await _folder.FillAsync(5);
        await FillAsync(5);
        Assert.Empty(_folder.Events);
        Assert.Equal(20, _store.Head()!.Sequence);
        Assert.Empty(_folder.Verify(Verification).Broken);
    }

    [Fact]
    public async Task A_head_of_another_key_is_reported_and_replaced_by_later_ones_alone()
    {
        await FillAsync(10);
        _store.Put(AuditHead.Sign("a", 12, new string('1', 64), _folder.Time.Now, new AuditKey(new byte[16])));
        await using AuditLog log = Open();
        Assert.False(await log.FlushAsync());
        Assert.False(await log.FlushAsync());
        Assert.Equal(12, _store.Head()!.Sequence);
        Assert.Equal(AuditEventKind.HeadSignatureWrong, Assert.Single(_folder.Events).Kind);
        for (int i = 0; i < 3; i++)
        {
            await log.AppendAsync(AuditFolder.Entry(i));
        }

        Assert.True(await log.FlushAsync());
        Assert.Equal(13, _store.Head()!.Sequence);
    }

    [Fact]
    public void A_short_key_is_refused_and_one_of_a_file_has_no_line_break()
    {
        Assert.Contains("15 bytes; expected at least 16", Assert.Throws<ArgumentException>(static () => new AuditKey(new byte[15])).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.Path);
        string path = Path.Combine(_folder.Path, "key");
        File.WriteAllText(path, "0123456789abcdef0123456789abcdef\n");
        Assert.True(AuditHead.Sign("a", 1, "h", default, AuditKey.Read(path)).IsSignedWith(AuditFolder.Key));
        File.WriteAllText(path, "short");
        Assert.Contains(path, Assert.Throws<AuditException>(() => AuditKey.Read(path)).Message, StringComparison.Ordinal);
        Assert.Throws<AuditException>(() => AuditKey.Read(path + "s"));
        Assert.Throws<ArgumentException>(() => _folder.Open(options => options with { Heads = _store }));
    }

    private AuditLog Open() => _folder.Open(options => options with { Heads = _store, Key = AuditFolder.Key });

    private Task FillAsync(int lines) => _folder.FillAsync(lines, change: options => options with { Heads = _store, Key = AuditFolder.Key });

    private sealed class WaitingStore(FakeHeadStore store, Action<AuditHead> onSave) : IAuditHeadStore
    {
        public async Task<bool> SaveAsync(AuditHead head, CancellationToken cancellation)
        {
            bool saved = await store.SaveAsync(head, cancellation);
            onSave(head);
            return saved;
        }

        public Task<AuditHead?> ReadAsync(string node, CancellationToken cancellation) => store.ReadAsync(node, cancellation);

        public Task<IReadOnlyList<AuditHead>> ListAsync(CancellationToken cancellation) => store.ListAsync(cancellation);
    }
}
