using System.Data.Common;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>What differs between the databases in which <see cref="SqlTenancyStore"/> and <see cref="SqlAuditHeadStore"/> keep their tables. Their SQL is the same.</summary>
/// <param name="Source">Connections.</param>
/// <param name="Address">Name of the database, for messages.</param>
/// <param name="Schema">Prefix of the tables' names.</param>
/// <param name="NamesParameters">Whether parameters are called $1, $2, … as in the SQL; otherwise their order counts.</param>
internal sealed record SqlDialect(DbDataSource Source, string Address, string Schema, bool NamesParameters)
{
    /// <summary>Creates a command with arguments for $1, $2, ….</summary>
    public DbCommand CreateCommand(DbConnection connection, string sql, params object[] arguments)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < arguments.Length; i++)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = NamesParameters ? $"${i + 1}" : string.Empty;
            parameter.Value = arguments[i];
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
