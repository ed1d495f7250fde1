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
    private const int End = 32_768;

    /// <summary>A port.</summary>
    public static int Find() => Find(1)[0];

    /// <summary>So many ports in a row.</summary>
    public static int[] Find(int count)
    {
        // Whoever looks at the same time looks elsewhere.
        int first = Random.Shared.Next(First, End - count);
        for (int tried = 0; !Enumerable.Range(first, count).All(IsFree); tried++)
        {
            if (tried == End - First)
            {
                throw new Models.InferenceException(Models.ErrorCode.Unavailable, $"There are no {count} free ports in a row from {First} to {End - 1}.");
            }

            first = first + count < End - count ? first + count : First;
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
