using Microsoft.Extensions.Logging;

namespace OrleansInference.Silo.Storage;

internal sealed partial class SessionWriter
{
    [LoggerMessage(Message = "{Sessions} sessions could not be written and are tried again: {Reason}")]
    private partial void Failed(LogLevel level, int sessions, Exception? error, string reason);

    [LoggerMessage(LogLevel.Error, "{Sessions} sessions are not written: PostgreSQL did not come back before the node stopped")]
    private partial void GaveUp(int sessions);

    [LoggerMessage(LogLevel.Warning, "The end of a write met an error")]
    private partial void Unheard(Exception error);
}
