using System.Text;

namespace OrleansInference.Bench.Fuzz;

/// <summary>Rules that every answer must follow.</summary>
internal static class AnswerCheck
{
    private const string EventStream = "text/event-stream";
    private const string ErrorEvent = "event: error";
    private const string InternalError = "internal_error";

    /// <returns>The rule that the answer breaks; null if it follows all.</returns>
    public static string? FindFault(FuzzRequest request, FuzzAnswer answer)
    {
        if (answer.Abandoned)
        {
            return answer.Status >= 500 ? FindFaultOfStatus(request, answer) : null;
        }

        if (answer.Status == 0)
        {
            return request.Malformed ? null : "The server closed the connection without an answer.";
        }

        if (!answer.Whole && !request.Malformed)
        {
            return "The answer was cut off.";
        }

        return FindFaultOfStatus(request, answer) ?? (request.Method == "HEAD" || !answer.Whole ? null : FindFaultOfBody(request, answer));
    }

    private static string? FindFaultOfStatus(FuzzRequest request, FuzzAnswer answer)
    {
        if (answer.Status >= 500 && !(answer.Status is 503 or 504 && answer.Headers.ContainsKey("retry-after")))
        {
            return $"The server failed with {answer.Status}.";
        }

        return answer.Status >= 500 || request.Operation.Statuses.Contains(answer.Status) || request.AlsoAllowed.Contains(answer.Status)
            ? null
            : $"The OpenAPI document does not list the status {answer.Status} for {request.Operation.Id}.";
    }

    private static string? FindFaultOfBody(FuzzRequest request, FuzzAnswer answer)
    {
        if (answer.ContentType.StartsWith(EventStream, StringComparison.Ordinal))
        {
            return FindFaultOfEvents(request, Encoding.UTF8.GetString(answer.Body));
        }

        if (answer.Status >= 400 && answer.Body.Length == 0 && request.Malformed)
        {
            return null; // the HTTP server itself refuses what is no HTTP, without a document
        }

        bool isJson = answer.ContentType.StartsWith("application/json", StringComparison.Ordinal);
        if (!isJson)
        {
            return answer.Status < 400 ? null : $"An error has the content type '{answer.ContentType}'.";
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(answer.Body);
            return answer.Status >= 400 ? FindFaultOfError(document.RootElement) : FindFaultOfState(document.RootElement);
        }
        catch (JsonException invalid)
        {
            return $"The answer is not JSON: {invalid.Message}";
        }
    }

    private static string? FindFaultOfEvents(FuzzRequest request, string text)
    {
        string[] lines = text.Split('\n');
        bool failed = false;
        string last = string.Empty;
        foreach (string line in lines)
        {
            failed |= line == ErrorEvent;
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
            {
                continue;
            }

            last = line["data: ".Length..];
            if (last == "[DONE]")
            {
                continue;
            }

            try
            {
                using JsonDocument data = JsonDocument.Parse(last);
                if (failed && request.Operation.Id != "createResponse" && FindFaultOfError(data.RootElement) is { } fault)
                {
                    return fault;
                }
            }
            catch (JsonException invalid)
            {
                return $"An event is not JSON: {invalid.Message}";
            }
        }

        if (last.Contains($"\"{InternalError}\"", StringComparison.Ordinal))
        {
            return "A stream ended with an internal error.";
        }

        bool isChat = request.Operation.Id is "createChatCompletion" or "createCompletion";
        return failed || !isChat || last == "[DONE]" ? null : "A stream ended without [DONE].";
    }

    /// <summary>Checks OpenAI's format of errors.</summary>
    private static string? FindFaultOfError(JsonElement document)
    {
        bool isError = document.ValueKind == JsonValueKind.Object
            && document.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
            && IsText(error, "message", required: true) && IsText(error, "type", required: true) && IsText(error, "param", required: false) && IsText(error, "code", required: false);
        return isError ? null : "An error does not have OpenAI's format.";
    }

    /// <summary>Checks that a stored object does not hide a failure of the server.</summary>
    private static string? FindFaultOfState(JsonElement document) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty("code", out JsonElement code) && code.ValueKind == JsonValueKind.String && code.GetString() is "server_error" or InternalError
            ? $"A response failed: {error}"
            : null;

    private static bool IsText(JsonElement error, string name, bool required) =>
        error.TryGetProperty(name, out JsonElement value) && (value.ValueKind == JsonValueKind.String || (!required && value.ValueKind == JsonValueKind.Null));
}
