using System.Net.Sockets;
using System.Text;

namespace OrleansInference.Bench.Fuzz;

/// <summary>Answer to a request.</summary>
/// <param name="Status">Status; 0 if the server closed the connection without one.</param>
/// <param name="Headers">Headers, by their names in lower case.</param>
/// <param name="Body">Body without its framing.</param>
/// <param name="Whole">Whether the body has ended as its framing says.</param>
/// <param name="Abandoned">Whether the client closed the connection.</param>
internal sealed record FuzzAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool Whole, bool Abandoned)
{
    public static FuzzAnswer None(bool abandoned) => new(0, new Dictionary<string, string>(), [], false, abandoned);

    public string ContentType => Headers.GetValueOrDefault("content-type", string.Empty);
}

/// <summary>HTTP/1.1 over a plain connection for each request, which sends any bytes and can stop at any of them.</summary>
internal static class RawHttp
{
    private const int ChunkBytes = 1000;

    /// <exception cref="OperationCanceledException">The answer did not end in time.</exception>
    /// <exception cref="SocketException">The server accepts no connection.</exception>
    public static async Task<FuzzAnswer> SendAsync(Uri server, FuzzRequest request, CancellationToken cancellationToken)
    {
        using TcpClient connection = new() { NoDelay = true };
        await connection.ConnectAsync(server.Host, server.Port, cancellationToken);
        await using NetworkStream stream = connection.GetStream();
        try
        {
            await stream.WriteAsync(Frame(server, request), cancellationToken);
            if (request.SentBytes is not null)
            {
                connection.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException)
        {
            // The server refused the request before all of it was sent. Its answer may have arrived.
        }

        using MemoryStream received = new();
        byte[] buffer = new byte[16 * 1024];
        bool abandoned = false;
        try
        {
            while (!abandoned && await stream.ReadAsync(buffer, cancellationToken) is > 0 and int count)
            {
                received.Write(buffer, 0, count);
                abandoned = received.Length >= request.AbandonAfter;
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException)
        {
            // The answer ends here; its framing shows whether it is whole.
        }

        return Parse(received.GetBuffer().AsSpan(0, (int)received.Length), request.Method == "HEAD", abandoned);
    }

    private static byte[] Frame(Uri server, FuzzRequest request)
    {
        StringBuilder head = new();
        head.Append(request.Method).Append(' ').Append(request.Target).Append(" HTTP/1.1\r\n");
        if (!request.Headers.Any(static header => header.Name.Equals("Host", StringComparison.OrdinalIgnoreCase)))
        {
            head.Append("Host: ").Append(server.Authority).Append("\r\n");
        }

        head.Append("Connection: close\r\n");
        foreach ((string name, string value) in request.Headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        byte[] body = request.Body ?? [];
        if (request.Body is not null)
        {
            head.Append(request.Chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}").Append("\r\n");
        }

        using MemoryStream frame = new();
        frame.Write(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        ReadOnlySpan<byte> sent = body.AsSpan(0, Math.Min(request.SentBytes ?? body.Length, body.Length));
        if (!request.Chunked)
        {
            frame.Write(sent);
            return frame.ToArray();
        }

        for (int at = 0; at < sent.Length; at += ChunkBytes)
        {
            ReadOnlySpan<byte> chunk = sent[at..Math.Min(at + ChunkBytes, sent.Length)];
            frame.Write(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"));
            frame.Write(chunk);
            frame.Write("\r\n"u8);
        }

        if (request.SentBytes is null && request.Body is not null)
        {
            frame.Write("0\r\n\r\n"u8);
        }

        return frame.ToArray();
    }

    private static FuzzAnswer Parse(ReadOnlySpan<byte> bytes, bool headOnly, bool abandoned)
    {
        while (true)
        {
            int end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return FuzzAnswer.None(abandoned);
            }

            string[] head = Encoding.Latin1.GetString(bytes[..end]).Split("\r\n");
            int status = int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture);
            bytes = bytes[(end + 4)..];
            if (status < 200)
            {
                continue; // 100 Continue
            }

            Dictionary<string, string> headers = [];
            foreach (string line in head.Skip(1))
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                headers[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
            }

            bool whole = true;
            byte[] body = headOnly || status is 204 or 304 ? []
                : headers.ContainsKey("transfer-encoding") ? Dechunk(bytes, out whole)
                : Cut(bytes, headers.TryGetValue("content-length", out string? length) ? int.Parse(length, CultureInfo.InvariantCulture) : null, out whole);
            return new FuzzAnswer(status, headers, body, whole, abandoned);
        }
    }

    private static byte[] Cut(ReadOnlySpan<byte> bytes, int? length, out bool whole)
    {
        whole = length is null || bytes.Length == length;
        return bytes.ToArray();
    }

    private static byte[] Dechunk(ReadOnlySpan<byte> bytes, out bool whole)
    {
        using MemoryStream body = new();
        whole = false;
        while (bytes.IndexOf("\r\n"u8) is > 0 and int line && int.TryParse(Encoding.ASCII.GetString(bytes[..line]), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int size))
        {
            bytes = bytes[(line + 2)..];
            if (size == 0 || bytes.Length < size + 2)
            {
                whole = size == 0;
                break;
            }

            body.Write(bytes[..size]);
            bytes = bytes[(size + 2)..];
        }

        return body.ToArray();
    }
}
