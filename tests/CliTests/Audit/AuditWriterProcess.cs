using System.Globalization;
using OrleansInference.Tenancy.Audit;

namespace OrleansInference.CliTests.Audit;

/// <summary>The child process of <see cref="AuditKillTests"/>: writes lines from several tasks until it is killed, and prints the id of each line after its acknowledgement.</summary>
internal static class AuditWriterProcess
{
    private const int Writers = 8;

    /// <param name="arguments">Folder of the log, and a prefix of the ids.</param>
    public static async Task<int> Main(string[] arguments)
    {
        await using AuditLog log = AuditLog.Open(new AuditLogOptions(arguments[0], "killed") { MaxFileBytes = 50_000 }, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (int number = 0; ; number++)
            {
                string id = string.Create(CultureInfo.InvariantCulture, $"{arguments[1]}-{writer}-{number}");
                long sequence = await log.AppendAsync(new AuditEntry("chat.completions") { RequestId = id, Input = new string('x', number % 3000) });
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{sequence} {id}"));
            }
        })));
        return 0;
    }
}
