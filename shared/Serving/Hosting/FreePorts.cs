using System.Net;
using System.Net.Sockets;

namespace OrleansInference.Serving.Hosting;

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

    /// <summary>A port for a program that is started later: of those that no program takes for itself, and each once.</summary>
    internal static int FindForLater()
    {
        for (int tried = 0; tried < End - FirstForLater; tried++)
        {
            int port = FirstForLater + (int)((uint)Interlocked.Increment(ref _handedOut) % (End - FirstForLater));
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new Models.InferenceException(Models.ErrorCode.Unavailable, $"There is no free port from {FirstForLater} to {End - 1}.");
    }

    /// <summary>So many ports in a row.</summary>
    public static int[] Find(int count)
    {
        // Whoever looks at the same time looks elsewhere.
        int first = Random.Shared.Next(First, FirstForLater - count);
        for (int tried = 0; !Enumerable.Range(first, count).All(IsFree); tried++)
        {
            if (tried == FirstForLater - First)
            {
                throw new Models.InferenceException(Models.ErrorCode.Unavailable, $"There are no {count} free ports in a row from {First} to {FirstForLater - 1}.");
            }

            first = first + count < FirstForLater - count ? first + count : First;
        }

        return [.. Enumerable.Range(first, count)];
    }

    /// <summary>Whether nobody listens on a port, at any address of this machine.</summary>
    public static bool IsFree(int port)
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
}
