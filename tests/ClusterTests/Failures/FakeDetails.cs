using Orleans.Runtime;

namespace OrleansInference.ClusterTests.Failures;

internal sealed class FakeDetails(SiloAddress self) : ILocalSiloDetails
{
    public string Name => "self";

    public string ClusterId => "cluster";

    public string DnsHostName => "localhost";

    public SiloAddress SiloAddress => self;

    public SiloAddress GatewayAddress => self;
}
