using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Lines;

namespace OrleansInference.Tenancy.Audit.Files;

/// <summary>
/// Deletes the oldest files of a node, and leaves a signed start that states up to which line. A verifier with the key accepts a chain that begins later than its first line only with such a start, so that nobody without
/// the key can shorten it.
/// </summary>
public static class AuditRetention
{
    /// <summary>Deletes the files whose last line is older than a time, from the oldest on. The last file stays. The log of the node may be open meanwhile.</summary>
    /// <returns>Number of deleted files.</returns>
    /// <exception cref="AuditException">A file cannot be read or deleted, or its end is damaged. Files that were not deleted stay part of the chain.</exception>
    public static int DeleteBefore(string folder, string node, DateTimeOffset before, AuditKey key, TimeProvider time)
    {
        string at = folder;
        try
        {
            List<string> old = [];
            ChainPoint? last = null;
            foreach (AuditFileName file in AuditFileName.List(folder, node).SkipLast(1))
            {
                at = file.In(folder);
                FileTail tail = FileTail.Read(at);
                if (tail.IsDamaged || tail.TornBytes > 0)
                {
                    throw new AuditException($"The end of {at} is damaged. Expected a whole file; verify the log before old files are deleted.");
                }

                if (tail.Time >= before)
                {
                    break;
                }

                last = tail.Last ?? last;
                old.Add(at);
            }

            if (last is { } point)
            {
                // First the statement, then the deletion: a start that is ahead of the deletion is valid.
                at = AuditFileName.StartOf(folder, node);
                AuditStartFile.Write(folder, AuditStart.Sign(node, point.Sequence, point.Hash, time.GetUtcNow(), key));
            }

            foreach (string path in old)
            {
                at = path;
                File.Delete(path);
            }

            return old.Count;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AuditException($"Old files of the audit log cannot be deleted at {at}: {error.Message}", error);
        }
    }
}
