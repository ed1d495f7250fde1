using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Threading;

namespace OrleansInference.Compute.Weights;

/// <summary>
/// Packed units, mapped from a folder of packed files where they are there and sound, packed otherwise. A unit that was packed is written to the folder
/// under a temporary name and renamed, so several processes may do it at the same time. Where the folder cannot be written, the unit is packed into memory.
/// </summary>
internal sealed unsafe class WeightStore
{
    private readonly WorkerTeam _team;
    private readonly string? _folder;
    private readonly IProgress<LoadProgress>? _progress;
    private readonly long _totalBytes;
    private long _doneBytes;

    /// <param name="team">The workers that pack and verify.</param>
    /// <param name="folder">Folder of this checkpoint's packed files, or null to pack into memory only.</param>
    /// <param name="totalBytes">Bytes of all units that will be asked for.</param>
    /// <param name="progress">Told after every few megabytes and at the end, from any thread.</param>
    public WeightStore(WorkerTeam team, string? folder, long totalBytes, IProgress<LoadProgress>? progress) =>
        (_team, _folder, _totalBytes, _progress) = (team, folder, totalBytes, progress);

    /// <summary>Returns the unit, from the cache if possible.</summary>
    public PackedUnit Load(UnitLayout layout)
    {
        if (_folder is null)
        {
            return PackIntoMemory(layout);
        }

        // What a failed attempt counted does not count.
        long done = _doneBytes;
        PackedUnit? unit = Open(layout);
        if (unit is null)
        {
            _doneBytes = done;
            unit = PackIntoFile(layout);
        }

        if (unit is null)
        {
            _doneBytes = done;
            unit = PackIntoMemory(layout);
        }

        return unit;
    }

    private string PathOf(UnitLayout layout) => Path.Combine(_folder!, layout.Name + ".packed");

    private PackedUnit? Open(UnitLayout layout)
    {
        string path = PathOf(layout);
        if (!File.Exists(path))
        {
            return null;
        }

        FileMap map;
        try
        {
            map = FileMap.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        bool sound = false;
        try
        {
            sound = map.Length == PackedFileHeader.Bytes + layout.Bytes
                && PackedFileHeader.Read(new ReadOnlySpan<byte>(map.Pointer, PackedFileHeader.Bytes)) is { } header
                && header.Describes(PackedFileHeader.Describe(layout, ""))
                && header.DataChecksum == Checksum(map, layout, LoadPhase.Verifying);
            return sound ? new PackedUnit(layout, (nint)(map.Pointer + PackedFileHeader.Bytes), map) : null;
        }
        finally
        {
            if (!sound)
            {
                map.Dispose();
            }
        }
    }

    private PackedUnit? PackIntoFile(UnitLayout layout)
    {
        string temporary = $"{PathOf(layout)}.{Environment.ProcessId}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(_folder!);
            using (FileMap map = FileMap.Create(temporary, PackedFileHeader.Bytes + layout.Bytes))
            {
                Pack(layout, map.Pointer + PackedFileHeader.Bytes);
                string checksum = Checksum(map, layout, phase: null);
                PackedFileHeader.Describe(layout, checksum).Write(new Span<byte>(map.Pointer, PackedFileHeader.Bytes));
                map.Flush();
            }

            File.Move(temporary, PathOf(layout), overwrite: true);
            FileMap reopened = FileMap.OpenRead(PathOf(layout));
            return new PackedUnit(layout, (nint)(reopened.Pointer + PackedFileHeader.Bytes), reopened);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            return null;
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    private PackedUnit PackIntoMemory(UnitLayout layout)
    {
        NativeBuffer<byte> memory = new(layout.Bytes);
        try
        {
            Pack(layout, memory.Pointer);
            return new PackedUnit(layout, (nint)memory.Pointer, memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    private void Pack(UnitLayout layout, byte* data)
    {
        using PanelPacker packer = new(layout, data, _team.Workers, bytes => Report(LoadPhase.Packing, bytes));
        _team.Run(packer, packer.Tiles);
        packer.ReleaseSources();
    }

    private string Checksum(FileMap map, UnitLayout layout, LoadPhase? phase) =>
        BlockChecksum.Compute(_team, map.Pointer + PackedFileHeader.Bytes, layout.Bytes, phase is { } told ? bytes => Report(told, bytes) : null);

    private void Report(LoadPhase phase, long bytes)
    {
        const long Interval = 16 << 20;
        long before = Interlocked.Add(ref _doneBytes, bytes) - bytes;
        if (before / Interval != (before + bytes) / Interval || (before < _totalBytes && before + bytes >= _totalBytes))
        {
            _progress?.Report(new LoadProgress(phase, Math.Min(before + bytes, _totalBytes), _totalBytes));
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A leftover under a temporary name is never read; the folder is a cache that may be emptied at any time.
        }
    }
}
