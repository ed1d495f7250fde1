using Microsoft.Win32.SafeHandles;
using OrleansInference.Models;

namespace OrleansInference.Serving.Offload;

/// <summary>
/// A file of blocks of one size, for this process alone. It goes when it is closed; one that a killed process left behind goes when the next one opens its own
/// in the same folder. Safe for concurrent use of different blocks.
/// </summary>
internal sealed class PageFile : IDisposable
{
    private const string Prefix = "pages-";
    private const string Suffix = ".kv";

    private readonly FileStream _file; // deleted when it is closed
    private readonly int _blockBytes;

    private PageFile(FileStream file, int blockBytes) => (_file, _blockBytes) = (file, blockBytes);

    public string Path => _file.Name;

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: no file can be created in the folder.</exception>
    public static PageFile Create(string folder, int blockBytes)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (string left in Directory.EnumerateFiles(folder, Prefix + "*" + Suffix))
            {
                TryDelete(left);
            }

            string path = System.IO.Path.Combine(folder, $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}{Suffix}");
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                Options = FileOptions.DeleteOnClose | FileOptions.RandomAccess,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                // The contents tell of conversations.
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new PageFile(new FileStream(path, options), blockBytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException(
                ErrorCode.InvalidOption, $"Pages cannot be kept in {folder}: {exception.Message}", nameof(ServingOptions.OffloadFolder), exception);
        }
    }

    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Write(int block, ReadOnlySpan<byte> data) => RandomAccess.Write(_file.SafeFileHandle, data, (long)block * _blockBytes);

    /// <returns>Whether all bytes were there.</returns>
    public bool TryRead(int block, Span<byte> data)
    {
        long offset = (long)block * _blockBytes;
        try
        {
            for (int read; data.Length > 0; data = data[read..], offset += read)
            {
                read = RandomAccess.Read(_file.SafeFileHandle, data, offset);
                if (read == 0)
                {
                    return false;
                }
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Deletes a file that no process has open: such a one is locked.</summary>
    private static void TryDelete(string path)
    {
        try
        {
            using SafeFileHandle unused = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In use, or gone already.
        }
    }
}
