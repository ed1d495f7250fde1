using Microsoft.Data.Sqlite;
using OrleansInference.Models;
using OrleansInference.Silo.Storage.Sqlite;

namespace OrleansInference.ClusterTests.Storage.Tenancy;

/// <summary>Files that are not a database of this program.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleans-inference-sqlite-").FullName;

    private string File => Path.Combine(_folder, "node.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_of_another_kind_is_refused_and_stays_as_it_is()
    {
        string text = string.Concat(Enumerable.Repeat("This is not a database. ", 100));
        await System.IO.File.WriteAllTextAsync(File, text);

        await AssertRefusedAsync(File, "not a database");
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File));
    }

    [Fact]
    public async Task A_database_of_a_later_program_is_refused()
    {
        await (await SqliteDatabase.OpenAsync(File)).DisposeAsync();
        await using (SqliteConnection connection = new($"Data Source={File};Pooling=false"))
        {
            await connection.OpenAsync();
            using SqliteCommand command = new("PRAGMA user_version = 999", connection);
            await command.ExecuteNonQueryAsync();
        }

        await AssertRefusedAsync(File, "version 999");
    }

    [Fact]
    public Task A_folder_that_cannot_be_made_is_refused()
    {
        System.IO.File.WriteAllText(File, string.Empty);
        return AssertRefusedAsync(Path.Combine(File, "data", "node.db"), File);
    }

    [Fact]
    public async Task Only_its_owner_may_read_the_folder_that_it_makes()
    {
        string path = Path.Combine(_folder, "data", "node.db");
        await (await SqliteDatabase.OpenAsync(path)).DisposeAsync();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        }
    }

    private static async Task AssertRefusedAsync(string path, string words)
    {
        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => SqliteDatabase.OpenAsync(path));
        Assert.Equal(ErrorCode.InvalidOption, refused.Code);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }
}
