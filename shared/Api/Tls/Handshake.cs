using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OrleansInference.Api.Tls;

/// <summary>State of a connection's TLS handshake, and the reason why it fails.</summary>
internal sealed class Handshake
{
    private const int ShownCharacters = 120;

    private SslProtocols _offered;
    private string? _refusal;

    /// <summary>Whether the client has sent its first message. A port probe sends none.</summary>
    public bool HasBegun { get; private set; }

    public bool IsComplete { get; private set; }

    /// <summary>Reason of a failure, as a part of a sentence.</summary>
    public string Reason => _refusal
        ?? (_offered != SslProtocols.None && (_offered & (SslProtocols.Tls12 | SslProtocols.Tls13)) == 0
            ? "it offers earlier versions only; expected TLS 1.2 or 1.3"
            : "it ended the handshake, for instance because it does not trust the server's certificate, or there is no common cipher");

    /// <param name="offered">Versions of TLS that the client offers.</param>
    public void Begin(SslProtocols offered) => (HasBegun, _offered) = (true, offered);

    public void Complete() => IsComplete = true;

    /// <summary>Decides on the client's certificate.</summary>
    public bool Accepts(ClientCertificates mode, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            _refusal = mode == ClientCertificates.Optional ? null : "it sent no certificate";
            return _refusal is null;
        }

        if (errors == SslPolicyErrors.None)
            return true;
        string faults = string.Join(' ', (chain?.ChainStatus ?? []).Select(static status => status.StatusInformation.Trim())).TrimEnd('.');
        _refusal = $"its certificate '{Shown(certificate.Subject)}' is not accepted: {(faults.Length > 0 ? faults.ReplaceLineEndings(" ") : errors)}";
        return false;
    }

    /// <summary>Returns a name that the client chose in a form that cannot forge lines of a log.</summary>
    private static string Shown(string name)
    {
        string plain = string.Concat(name.Where(static letter => !char.IsControl(letter)));
        return plain.Length <= ShownCharacters ? plain : plain[..ShownCharacters] + "…";
    }
}
