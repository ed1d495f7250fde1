using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>A node's output in a file, and its last lines for the message of a test that fails.</summary>
/// <param name="path">Of the file. Where it grows too large it becomes FILE.1 in place of the one before, and a new one begins.</param>
/// <param name="maxBytes">Of each of the two files.</param>
internal sealed class NodeLog(string path, long maxBytes = 4 << 20) : INodeOutput, IDisposable
{
    private const int Lines = 40;

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = new();
    private StreamWriter? _file;

    public string Path => path;

    public void Write(string line)
    {
        lock (_lock)
        {
            if (_last.Count == Lines)
            {
                _last.Dequeue();
            }

            _last.Enqueue(line);
            if (_file?.BaseStream.Length >= maxBytes)
            {
                _file.Dispose();
                _file = null;
                File.Move(path, $"{path}.1", overwrite: true);
            }

            _file ??= new StreamWriter(path, append: true) { AutoFlush = true };
            _file.WriteLine(line);
        }
    }

    public string End()
    {
        lock (_lock)
        {
            return _last.Count == 0 ? $"It wrote nothing to {path}." : $"The end of {path}:\n{string.Join('\n', _last)}";
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }
}
