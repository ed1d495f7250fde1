using OrleansInference.Api.Tls;
using OrleansInference.Models;

namespace OrleansInference.ApiTests.Tls;

/// <summary>A file that the server cannot use is named with its setting in one line.</summary>
public sealed class TlsFileTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public TlsFileTests() => _authority.Issue();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(ClientCertificates.Off)]
    [InlineData(ClientCertificates.Required)]
    public void FilesThatBelongTogetherAreAccepted(ClientCertificates mode) => _authority.Options(mode).Validate();

    [Theory]
    [InlineData("HttpCertificate")]
    [InlineData("HttpKey")]
    [InlineData("HttpKeyPasswordFile")]
    [InlineData("HttpClientAuthority")]
    public void AFileThatIsMissing(string setting) => Refused(Of(setting, "/nowhere/file.pem"), setting, "'/nowhere/file.pem', which cannot be read");

    [Theory]
    [InlineData("HttpCertificate", "has no certificate")]
    [InlineData("HttpKey", "has no private key")]
    [InlineData("HttpClientAuthority", "has no certificate")]
    public void AFileThatIsNotPem(string setting, string fault)
    {
        ServerTlsOptions options = Of(setting, _authority.PasswordFile);
        string message = Refused(options, setting, fault);
        Assert.DoesNotContain(TestAuthority.Password, message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACertificateThatIsMalformed()
    {
        File.WriteAllText(_authority.Certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Refused(_authority.Options(), "HttpCertificate", "is malformed");
    }

    [Fact]
    public void AKeyOfAnotherCertificate()
    {
        _authority.WriteOtherKey();
        Refused(_authority.Options(), "HttpKey", $"is not the key of the first certificate in HttpCertificate '{_authority.Certificate}'");
    }

    [Fact]
    public void AnIntermediateBeforeTheCertificate()
    {
        File.WriteAllText(_authority.Certificate, File.ReadAllText(_authority.Intermediate) + File.ReadAllText(_authority.Certificate));
        Refused(_authority.Options(), "HttpKey", "first certificate");
    }

    [Fact]
    public void AnEncryptedKeyWithoutAPassword()
    {
        _authority.Issue(encrypted: true);
        Refused(_authority.Options(), "HttpKey", "expected HttpKeyPasswordFile");
    }

    [Fact]
    public void AnEncryptedKeyWithAWrongPassword()
    {
        _authority.Issue(encrypted: true);
        File.WriteAllText(_authority.PasswordFile, "hushed");
        string message = Refused(_authority.Options() with { HttpKeyPasswordFile = _authority.PasswordFile }, "HttpKey", $"the password of HttpKeyPasswordFile '{_authority.PasswordFile}'");
        Assert.DoesNotContain("hushed", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACertificateOfAClient()
    {
        _authority.Issue(usage: "1.3.6.1.5.5.7.3.2");
        Refused(_authority.Options(), "HttpCertificate", "is not for servers");
    }

    [Fact]
    public void AnAuthorityWithoutARoot() =>
        Refused(_authority.Options(ClientCertificates.Required) with { HttpClientAuthority = _authority.Intermediate }, "HttpClientAuthority", "has no root");

    [Fact]
    public void SettingsThatNeedEachOther()
    {
        Refused(_authority.Options() with { HttpKey = null }, "HttpKey", "is not given");
        Refused(_authority.Options() with { HttpCertificate = null }, "HttpCertificate", "is not given");
        Refused(new ServerTlsOptions { HttpKeyPasswordFile = "file" }, "HttpKeyPasswordFile", "without HttpCertificate");
        Refused(new ServerTlsOptions { HttpClientCertificates = ClientCertificates.Required, HttpClientAuthority = "file" }, "HttpClientCertificates", "without HttpCertificate");
        Refused(_authority.Options(ClientCertificates.Optional) with { HttpClientAuthority = null }, "HttpClientAuthority", "is not given");
        Refused(_authority.Options() with { HttpClientAuthority = _authority.Root }, "HttpClientAuthority", "has no effect");
    }

    private ServerTlsOptions Of(string setting, string path)
    {
        ServerTlsOptions options = _authority.Options(ClientCertificates.Required);
        return setting switch
        {
            nameof(options.HttpCertificate) => options with { HttpCertificate = path },
            nameof(options.HttpKey) => options with { HttpKey = path },
            nameof(options.HttpKeyPasswordFile) => options with { HttpKeyPasswordFile = path },
            _ => options with { HttpClientAuthority = path },
        };
    }

    private static string Refused(ServerTlsOptions options, string setting, string fault)
    {
        InferenceException refused = Assert.Throws<InferenceException>(options.Validate);
        Assert.Equal((ErrorCode.InvalidOption, setting), (refused.Code, refused.Parameter));
        Assert.StartsWith(setting, refused.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        return refused.Message;
    }
}
