using System.Net;

namespace OrleansInference.Api.Tls;

/// <summary>Limits a log to one line for each client and interval, with bounded memory. Thread-safe.</summary>
internal sealed class OncePerClient(TimeProvider time, TimeSpan interval)
{
    private const int MostClients = 1024;

    private readonly Dictionary<IPAddress, long> _last = []; // locked by itself; moments of the last lines

    /// <summary>Returns whether the client has no line in the interval. If too many clients have one, no further client gets any.</summary>
    public bool IsFirst(IPAddress client)
    {
        lock (_last)
        {
            if (_last.TryGetValue(client, out long last) && time.GetElapsedTime(last) < interval)
                return false;
            if (_last.Count >= MostClients)
                Prune();
            if (_last.Count >= MostClients)
                return false;
            _last[client] = time.GetTimestamp();
            return true;
        }
    }

    private void Prune()
    {
        foreach ((IPAddress client, long moment) in _last.ToArray())
        {
            if (time.GetElapsedTime(moment) >= interval)
                _last.Remove(client);
        }
    }
}
