using System.Security.Authentication;

namespace OrleansInference.Cli.Connection;

/// <summary>Replaces the message of a failed connection, which refers to an inner exception, by its cause and the remedy.</summary>
/// <param name="inner">Handler that connects.</param>
/// <param name="hasCertificate">Whether the client presents a certificate.</param>
internal sealed class ExplainedTlsErrors(HttpMessageHandler inner, bool hasCertificate) : DelegatingHandler(inner)
{
    private const string Trust = $"If an authority of your own has signed it, give the authority's certificate with {ConnectionOptions.Authority} FILE or in the variable {ConnectionOptions.AuthorityVariable}";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException error) when (Explain(error, request.RequestUri?.Scheme == Uri.UriSchemeHttps) is { } message)
        {
            throw new HttpRequestException(error.HttpRequestError, message, error, error.StatusCode);
        }
    }

    private string? Explain(HttpRequestException error, bool encrypted)
    {
        if (error.InnerException is AuthenticationException { InnerException: null } untrusted)
        {
            return $"The server's certificate is not accepted: {Line(untrusted)}. {Trust}";
        }

        string cause = Line(error.GetBaseException());
        return error.InnerException switch
        {
            AuthenticationException => $"The TLS handshake failed: {cause}",

            IOException when !encrypted => $"The server closed the connection without an answer ({cause}). If it serves HTTPS, its address begins with https://",

            // With TLS 1.3 a server refuses a client when the client's handshake is already complete.
            IOException => $"The server closed the connection without an answer ({cause}). A server that requires certificates does so if it does not accept the client's"
                + (hasCertificate ? string.Empty : $"; give one with {ConnectionOptions.Certificate} FILE and {ConnectionOptions.Key} FILE"),
            _ => null,
        };
    }

    private static string Line(Exception error) => error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
