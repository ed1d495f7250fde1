using System.Net;
using System.Net.Sockets;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Unit.Cluster.Programs;

public sealed class FreePortsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void They_lie_in_a_row_below_those_of_connections_and_can_be_listened_on(bool later)
    {
        int[] ports = later ? FreePorts.FindForLater(3) : FreePorts.Find(3);
        Assert.Equal([ports[0], ports[0] + 1, ports[0] + 2], ports);
        Assert.InRange(ports[0], 1024, 32767 - 2);
        TcpListener[] listeners = [.. ports.Select(static port => new TcpListener(IPAddress.Loopback, port))];
        try
        {
            Array.ForEach(listeners, static listener => listener.Start());
            Assert.DoesNotContain(ports, FreePorts.IsFree);
        }
        finally
        {
            Array.ForEach(listeners, static listener => listener.Dispose());
        }

        Assert.All(ports, static port => Assert.True(FreePorts.IsFree(port)));
    }

    [Fact]
    public void Those_for_later_are_other_ones_each_time()
    {
        int[] ports = [.. FreePorts.FindForLater(2), .. FreePorts.FindForLater(1), .. FreePorts.FindForLater(3)];
        Assert.Equal(6, ports.Distinct().Count());
    }
}
