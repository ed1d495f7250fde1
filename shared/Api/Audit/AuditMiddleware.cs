namespace OrleansInference.Api.Audit;

/// <summary>Writes a line of the audit log for each request to an operation, whatever becomes of it.</summary>
internal sealed class AuditMiddleware(RequestDelegate next, AuditTrail trail)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (trail.Begin(context) is not { } audit)
        {
            await next(context);
            return;
        }

        context.Features.Set(audit);
        context.Response.OnStarting(static audit => ((RequestAudit)audit).OnStartingAsync(), audit);
        try
        {
            await next(context);
        }
        finally
        {
            await audit.OnEndAsync();
        }
    }
}
