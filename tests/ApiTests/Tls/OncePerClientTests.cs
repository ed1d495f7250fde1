using System.Net;
using OrleansInference.Api.Tls;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Tls;

public sealed class OncePerClientTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();

    [Fact]
    public void AClientIsFirstOnceInTheInterval()
    {
        OncePerClient clients = new(_time, Interval);
        Assert.True(clients.IsFirst(IPAddress.Loopback));
        Assert.False(clients.IsFirst(IPAddress.Loopback));
        Assert.True(clients.IsFirst(IPAddress.IPv6Loopback));
        _time.Advance(Interval);
        Assert.True(clients.IsFirst(IPAddress.Loopback));
    }

    [Fact]
    public void TooManyClientsGetNoFurtherLine()
    {
        OncePerClient clients = new(_time, Interval);
        Assert.Equal(1024, Enumerable.Range(1, 5000).Count(number => clients.IsFirst(new IPAddress(number))));
        _time.Advance(Interval);
        Assert.True(clients.IsFirst(new IPAddress(5000)));
    }
}
