using System.Data.Common;
using System.Globalization;

namespace OrleansInference.Silo.Storage.Sql;

/// <summary>Values as the databases store them. Times are milliseconds since 1970 in UTC.</summary>
internal static class SqlValues
{
    private static readonly long Never = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Returns a list of parameters for the operator IN: <c>$3, $4</c> for two values after two others.</summary>
    public static string Places(int first, int count) => string.Join(", ", Enumerable.Range(first, count).Select(static number => string.Create(CultureInfo.InvariantCulture, $"${number}")));

    public static object Text(string? text) => text is null ? DBNull.Value : text;

    public static string? TextOrNull(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long Time(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static object Time(DateTimeOffset? time) => time is { } given ? Time(given) : DBNull.Value;

    public static DateTimeOffset Time(long milliseconds) => milliseconds >= Never ? DateTimeOffset.MaxValue : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? TimeOrNull(DbDataReader row, int column) => row.IsDBNull(column) ? null : Time(row.GetInt64(column));
}
