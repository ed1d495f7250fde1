using System.Globalization;
using System.Net;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>Where a process listens, as the kernel says it.</summary>
internal static class ListeningSockets
{
    private const string Listening = "0A";

    public static IPEndPoint[] Of(int process)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
        HashSet<string> sockets = [.. Directory.EnumerateFiles(folder + "/fd").Select(static file => new FileInfo(file).LinkTarget).OfType<string>()
            .Where(static target => target.StartsWith("socket:[", StringComparison.Ordinal)).Select(static target => target["socket:[".Length..^1])];
        return [.. new[] { "tcp", "tcp6" }.SelectMany(table => File.ReadLines($"{folder}/net/{table}").Skip(1))
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(row => row[3] == Listening && sockets.Contains(row[9])).Select(static row => EndPointOf(row[1]))];
    }

    /// <summary>Addresses are words of 32 bits in the byte order of the machine.</summary>
    private static IPEndPoint EndPointOf(string text)
    {
        string[] parts = text.Split(':');
        byte[] address = [.. Enumerable.Range(0, parts[0].Length / 8).SelectMany(word => BitConverter.GetBytes(uint.Parse(parts[0].AsSpan(word * 8, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture)))];
        return new IPEndPoint(new IPAddress(address), int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
