namespace OrleansInference.Cli.Connection;

/// <summary>Options of commands that connect to a server.</summary>
public sealed class ConnectionOptions
{
    internal const string Authority = "--ca";
    internal const string Certificate = "--certificate";
    internal const string Key = "--certificate-key";

    /// <summary>Variable of OpenSSL, which .NET honours on Linux for the authorities of the system.</summary>
    internal const string AuthorityVariable = "SSL_CERT_FILE";

    private readonly Option<string?> _authority = new(Authority) { Description = $"PEM file with the authority of the server's certificate; by default those of the system or of {AuthorityVariable}", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new(Certificate) { Description = "PEM file with a certificate of this client, for servers that ask for one", HelpName = "FILE" };
    private readonly Option<string?> _key = new(Key) { Description = "PEM file with the key of that certificate", HelpName = "FILE" };

    public Symbol[] All => [_authority, _certificate, _key];

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a file cannot be used.</exception>
    public ServerConnection Read(ParseResult arguments) => ServerConnection.Read(arguments.GetValue(_authority), arguments.GetValue(_certificate), arguments.GetValue(_key));
}
