using System.Data.Common;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>What differs between the databases in which <see cref="SqlTenancyStore"/> keeps its tables. Their SQL is the same.</summary>
/// <param name="Source">Connections.</param>
/// <param name="Address">Name of the database, for messages.</param>
/// <param name="Schema">Prefix of the tables' names.</param>
/// <param name="NamesParameters">Whether parameters are called $1, $2, … as in the SQL; otherwise their order counts.</param>
internal sealed record SqlDialect(DbDataSource Source, string Address, string Schema, bool NamesParameters);
