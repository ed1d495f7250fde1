using System.Text.Json.Nodes;

namespace OrleansInference.Cli.Output;

/// <summary>Reports the error that ends the process: a line on standard error, or with <c>--json</c> a document on standard output.</summary>
internal sealed class ErrorOutput(bool json)
{
    public void Write(string message, string? detail = null)
    {
        if (json)
        {
            JsonOutput.Write(new JsonObject { ["error"] = message });
            return;
        }

        Console.Error.WriteLine("Error: " + message);
        if (detail is not null)
        {
            Console.Error.WriteLine(detail);
        }
    }
}
