using System.Data.Common;
using OrleansInference.Api.Storage;
using OrleansInference.Silo.Storage.Sql;

namespace OrleansInference.Silo.Storage.Responses;

/// <summary>Row of a list of conversations or responses: id, times of creation and expiry, number of items.</summary>
internal static class SessionRow
{
    public static StoredSession Read(DbDataReader row) => new(row.GetString(0), SqlValues.Time(row.GetInt64(1)), SqlValues.Time(row.GetInt64(2)), row.GetInt32(3));
}
