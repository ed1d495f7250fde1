using System.Net;
using System.Net.Sockets;

namespace OrleansInference.Cluster.Programs;

/// <summary>
/// Ports that nobody listens on, below those that systems give to connections by themselves (from 32,768 on with Linux, from 49,152 on elsewhere). Of those a
/// server that is started again may find its own taken: by any connection, even by one that a client of its own tried meanwhile, which has met itself.
/// </summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int FirstForLater = 30_000;
    private const int End = 32_768;

    private static int _handedOut = Random.Shared.Next(End - FirstForLater);

    /// <summary>A port, to be listened on at once.</summary>
    public static int Find() => Find(1)[0];

    /// <summary>So many ports in a row.</summary>
    public static int[] Find(int count) => Find(count, First, FirstForLater, Random.Shared.Next); // whoever looks at the same time looks elsewhere

    /// <summary>So many ports in a row for programs that are started later, or again: of those that no program takes for itself, and other ones each time.</summary>
    public static int[] FindForLater(int count) => Find(count, FirstForLater, End, () => Interlocked.Add(ref _handedOut, count) - count);

    /// <summary>Whether nobody listens on a port, at any address of this machine.</summary>
    internal static bool IsFree(int port)
    {
        try
        {
            using TcpListener probe = new(IPAddress.Any, port);
            probe.ExclusiveAddressUse = true;
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int[] Find(int count, int from, int end, Func<int> next)
    {
        for (int tried = 0; tried < end - from; tried++)
        {
            int first = from + (int)((uint)next() % (uint)(end - from));
            int[] ports = [.. Enumerable.Range(first, count)];
            if (first + count <= end && Array.TrueForAll(ports, IsFree))
            {
                return ports;
            }
        }

        throw new Models.InferenceException(Models.ErrorCode.Unavailable, $"There are no {count} consecutive free ports from {from} to {end - 1}.");
    }
}
