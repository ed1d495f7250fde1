using OrleansInference.Models;

namespace OrleansInference.Cli.Commands;

/// <summary>Reads the address of a command's server.</summary>
public static class ServerAddress
{
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the text is not an HTTP address.</exception>
    public static Uri Parse(string option, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"{option}: '{text}' was given, expected an address such as http://localhost:8000.", option);
        }

        return address;
    }
}
