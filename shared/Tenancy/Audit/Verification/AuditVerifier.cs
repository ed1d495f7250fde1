using OrleansInference.Tenancy.Audit.Files;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Lines;

namespace OrleansInference.Tenancy.Audit.Verification;

/// <summary>Verifies files of the audit log, line by line, in bounded memory. The log may be open meanwhile.</summary>
public static class AuditVerifier
{
    /// <summary>Verifies a file, or all files of a folder.</summary>
    /// <param name="path">
    /// The file or the folder. Lines of a file must continue those of the file before it, if that one is there. The name of a file that was copied elsewhere does not matter: it must then be a whole chain.
    /// </param>
    /// <param name="options">Options.</param>
    /// <param name="cancellation">Cancels the verification.</param>
    /// <exception cref="AuditException">The path does not exist or cannot be read.</exception>
    public static AuditReport Verify(string path, AuditVerification? options = null, CancellationToken cancellation = default)
    {
        VerificationRun run = new(options ?? new AuditVerification(), cancellation);
        try
        {
            if (Directory.Exists(path))
            {
                run.ReadFolder(path);
            }
            else
            {
                run.ReadFile(Path.GetFullPath(path));
            }

            return run.Report();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AuditException($"{path} cannot be verified: {error.Message}", error);
        }
    }

    private sealed class VerificationRun
    {
        private readonly AuditVerification _options;
        private readonly CancellationToken _cancellation;
        private readonly FaultList _faults;
        private readonly List<AuditHead> _heads = [];
        private readonly List<AuditChain> _chains = [];
        private long _lines;

        public VerificationRun(AuditVerification options, CancellationToken cancellation)
        {
            (_options, _cancellation, _faults) = (options, cancellation, new FaultList(options.MaxFaults));
            foreach (AuditHead head in options.Heads)
            {
                if (options.Key is { } key && !head.IsSignedWith(key))
                {
                    _faults.Add(new AuditFault(string.Empty, 0, head.Sequence, AuditFaultKind.WrongSignature, $"the head of node '{head.Node}' was changed or signed with another key"));
                }
                else
                {
                    _heads.Add(head);
                }
            }
        }

        public AuditReport Report() => new(_lines, _faults.ToList()) { Chains = _chains };

        public void ReadFolder(string folder)
        {
            if (!AuditFileName.IsLog(folder) && _heads.Count == 0)
            {
                throw new FileNotFoundException("the folder has no file of an audit log");
            }

            ILookup<string, AuditFileName> nodes = AuditFileName.List(folder).ToLookup(static file => file.Node);
            foreach (string node in nodes.Select(static files => files.Key).Concat(_heads.Select(static head => head.Node)).Distinct().Order(StringComparer.Ordinal))
            {
                ChainVerifier chain = Begin(node, ReadStart(folder, node));
                List<AuditFileName> files = [.. nodes[node]];
                for (int i = 0; i < files.Count; i++)
                {
                    if (i > 0 && files[i].Number != files[i - 1].Number + 1)
                    {
                        _faults.Add(new AuditFault(files[i].ToString(), 0, null, AuditFaultKind.Missing, $"the files between {files[i - 1]} and this one are missing"));
                    }

                    Read(chain, files[i].In(folder));
                }

                End(chain, files.Count > 0 ? files[^1].ToString() : string.Empty, files.Count, isEnd: true);
            }
        }

        public void ReadFile(string path)
        {
            string folder = Path.GetDirectoryName(path)!;
            if (AuditFileName.Parse(Path.GetFileName(path)) is not { } name)
            {
                ChainVerifier copy = Begin(NodeOf(path), null);
                Read(copy, path);
                End(copy, Path.GetFileName(path), 1, isEnd: true);
                return;
            }

            List<AuditFileName> files = AuditFileName.List(folder, name.Node);
            AuditFileName before = new(name.Node, name.Number - 1);
            ChainVerifier chain = Begin(name.Node, ReadStart(folder, name.Node));
            if (files.Contains(before) && FileTail.Read(before.In(folder)).Last is { } point)
            {
                chain.BeginAfter(point);
            }

            Read(chain, path);
            End(chain, name.ToString(), 1, isEnd: !files.Exists(file => file.Number > name.Number));
        }

        private ChainVerifier Begin(string node, AuditStart? start) => new(node, _heads.Where(head => head.Node == node), _faults) { Start = start, AcceptsLaterStart = _options.AcceptsLaterStart };

        private void End(ChainVerifier chain, string file, int files, bool isEnd)
        {
            chain.End(file, isEnd);
            _lines += chain.Lines;
            _chains.Add(new AuditChain(chain.Node, files, chain.First, chain.Last));
        }

        private void Read(ChainVerifier chain, string path)
        {
            string file = Path.GetFileName(path);
            using LineReader lines = new(path);
            for (long number = 1; lines.TryRead(out Span<byte> line); number++)
            {
                chain.Read(file, number, line, lines.IsWhole);
                if (number % 4096 == 0)
                {
                    _cancellation.ThrowIfCancellationRequested();
                }
            }
        }

        private AuditStart? ReadStart(string folder, string node)
        {
            string file = Path.GetFileName(AuditFileName.StartOf(folder, node));
            try
            {
                AuditStart? start = AuditStartFile.Read(folder, node);
                if (start is null || (start.Node == node && (_options.Key is not { } key || start.IsSignedWith(key))))
                {
                    return start;
                }

                _faults.Add(new AuditFault(file, 0, start.Sequence, AuditFaultKind.WrongSignature, "the start was changed, signed with another key, or is one of another node"));
            }
            catch (InvalidDataException error)
            {
                _faults.Add(new AuditFault(file, 0, null, AuditFaultKind.Unreadable, error.Message));
            }

            return null;
        }

        private static string NodeOf(string path)
        {
            using LineReader lines = new(path);
            return lines.TryRead(out Span<byte> line) ? System.Text.Encoding.UTF8.GetString(AuditLine.NodeOf(line)) : string.Empty;
        }
    }
}
