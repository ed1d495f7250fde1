using Microsoft.Extensions.Logging;

namespace OrleansInference.Silo.Storage;

internal sealed partial class SessionWriter
{
    [LoggerMessage(Message = "{Sessions} sessions could not be written; the write is repeated: {Reason}")]
    private partial void Failed(LogLevel level, int sessions, Exception? error, string reason);

    [LoggerMessage(LogLevel.Error, "{Sessions} sessions were not written: PostgreSQL did not return before the node stopped")]
    private partial void GaveUp(int sessions);

    [LoggerMessage(LogLevel.Warning, "An error followed the end of a write")]
    private partial void CallbackFailed(Exception error);
}
