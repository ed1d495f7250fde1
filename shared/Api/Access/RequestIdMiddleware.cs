namespace OrleansInference.Api.Access;

/// <summary>Assigns each request its caller's <c>x-request-id</c>, or a new one, and returns it in the response.</summary>
internal sealed class RequestIdMiddleware(RequestDelegate next)
{
    private const string Header = "x-request-id";
    private const int MaxLength = 128;

    public Task InvokeAsync(HttpContext context)
    {
        string given = context.Request.Headers[Header].ToString();
        context.TraceIdentifier = IsPlain(given) ? given : $"req-{Guid.CreateVersion7():N}";
        context.Response.Headers[Header] = context.TraceIdentifier;
        return next(context);
    }

    /// <summary>Returns whether an id is safe in a log and in a header.</summary>
    private static bool IsPlain(string id)
    {
        if (id.Length is 0 or > MaxLength)
            return false;
        foreach (char letter in id)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or ':'))
                return false;
        }

        return true;
    }
}
