using System.Globalization;
using System.Net;
using OrleansInference.Models;

namespace OrleansInference.Cli.Settings;

/// <summary>Where the server listens, and what it serves.</summary>
internal sealed record ServeOptions
{
    public static readonly Setting HostSetting = new("Host", "Address to listen on: localhost, an IP address, or * for all; localhost by default", "HOST");
    public static readonly Setting PortSetting = new("Port", "Port to listen on, 0 for any that is free; 8000 by default", "N");

    public static readonly Setting NodesSetting = new("Nodes", "Nodes of a cluster to start on this machine, each a process; needs the cluster edition; 1 by default", "N");
    public static readonly Setting PostgresSetting = new("Postgres", "Connection string of the cluster's PostgreSQL; needs the cluster edition; one is started for several nodes by default", "TEXT");

    public static readonly Setting[] Settings = [HostSetting, PortSetting, NodesSetting, PostgresSetting, .. ModelOptions.ServiceSettings];

    public required ModelOptions Model { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    public int Port { get; init; } = 8000;

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a value is out of its range.</exception>
    public static ServeOptions Read(SettingReader reader)
    {
        RequireOneProcess(reader);
        return new()
        {
            Model = ModelOptions.Read(reader),
            Address = ReadAddress(reader),
            Port = reader.Integer(PortSetting, 0, 65535) ?? 8000,
        };
    }

    /// <summary>What serves here is one process, without Orleans.</summary>
    private static void RequireOneProcess(SettingReader reader)
    {
        const string Embedded = " in the embedded edition, which serves from one process: a cluster needs the packages of Orleans, and ./run.sh to start it";
        if (reader.Integer(NodesSetting, 1, 64) is > 1 and { } nodes)
        {
            SettingReader.Refuse(NodesSetting, nodes.ToString(CultureInfo.InvariantCulture), "1" + Embedded);
        }

        if (reader.Text(PostgresSetting) is not null)
        {
            SettingReader.Refuse(PostgresSetting, "given", "none" + Embedded);
        }
    }

    private static IPAddress ReadAddress(SettingReader reader)
    {
        string host = reader.Text(HostSetting) ?? "localhost";
        switch (host)
        {
            case "localhost":
                return IPAddress.Loopback;
            case "*" or "+":
                return IPAddress.Any;
        }

        if (!IPAddress.TryParse(host, out IPAddress? address))
        {
            SettingReader.Refuse(HostSetting, host, "localhost, an IP address or *");
        }

        return address;
    }
}
