using OrleansInference.Cli.Connection;
using OrleansInference.Models;

namespace OrleansInference.CliTests;

/// <summary>A file of certificates that cannot be used is named with its option.</summary>
public sealed class ServerConnectionTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void An_authority_that_is_missing() => Refused("--ca", "/nowhere/ca.pem", "/nowhere/ca.pem", null, null);

    [Fact]
    public void An_authority_that_is_empty() => Refused("--ca", "it has no certificate", _file, null, null);

    [Fact]
    public void A_certificate_that_is_empty() => Refused("--certificate", "it has no certificate", null, _file, _file);

    [Fact]
    public void A_certificate_without_its_key() => Refused("--certificate-key", "--certificate needs it", null, _file, null);

    [Fact]
    public void A_key_without_its_certificate() => Refused("--certificate", "--certificate-key needs it", null, null, _file);

    private static void Refused(string option, string words, string? authority, string? certificate, string? key)
    {
        InferenceException refused = Assert.Throws<InferenceException>(() => ServerConnection.Read(authority, certificate, key));
        Assert.Equal((ErrorCode.InvalidOption, option), (refused.Code, refused.Parameter));
        Assert.StartsWith(option, refused.Message, StringComparison.Ordinal);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }
}
