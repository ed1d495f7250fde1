using Xunit.Abstractions;

namespace OrleansInference.Unit.Meta;

public sealed class SourceTests(ITestOutputHelper output)
{
    private const int MaxLines = 400;

    // Assembled here, so that this file does not hold what it forbids.
    private static readonly string[] Forbidden = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "/wo" + "rk/", "NotImplemented" + "Exception"];

    [Fact]
    public void No_source_file_is_one_that_everyone_must_edit()
    {
        var lengths = Sources().Select(file => (Lines: File.ReadLines(Repository.PathOf(file)).Count(), file)).ToList();
        foreach (var (lines, file) in lengths.Where(item => item.Lines > MaxLines / 2).OrderDescending())
        {
            output.WriteLine($"{lines,5} {file}");
        }

        Assert.DoesNotContain(lengths, item => item.Lines > MaxLines);
    }

    [Fact]
    public void No_source_file_leaves_work_for_later_or_names_the_machine_it_was_written_on()
    {
        List<string> wrong = [];
        foreach (string file in Sources().Concat(["README.md", "run.sh", "test.sh", ".ci/common.sh", ".ci/run"]))
        {
            string text = Repository.Read(file);
            wrong.AddRange(Forbidden.Where(word => text.Contains(word, StringComparison.Ordinal)).Select(word => $"{file}: {word}"));
        }

        Assert.Empty(wrong);
    }

    /// <summary>Namespaces first, those of System before the others; then static classes, then aliases: the order of <c>dotnet format</c>, which takes minutes to say so.</summary>
    [Fact]
    public void Usings_are_in_order()
    {
        List<string> wrong = [];
        foreach (string file in Repository.Files("*.cs"))
        {
            string[] usings = [.. File.ReadLines(Repository.PathOf(file)).TakeWhile(static line => !line.StartsWith("namespace ", StringComparison.Ordinal)).Where(static line => line.StartsWith("using ", StringComparison.Ordinal))];
            if (usings.Zip(usings.Skip(1)).FirstOrDefault(static pair => Order(pair.First).CompareTo(Order(pair.Second)) > 0) is (string, string) pair)
            {
                wrong.Add($"{file}: '{pair.Item2}' comes before '{pair.Item1}'");
            }
        }

        Assert.Empty(wrong);
    }

    private static (int Kind, bool IsOther, string Name) Order(string line)
    {
        string name = line["using ".Length..].TrimEnd(';');
        int kind = name.Contains('=', StringComparison.Ordinal) ? 2 : name.StartsWith("static ", StringComparison.Ordinal) ? 1 : 0;
        name = kind == 1 ? name["static ".Length..] : name;
        // Upper case, and compared by code points, as the globalization of this process is invariant.
        return (kind, name != "System" && !name.StartsWith("System.", StringComparison.Ordinal), name.ToUpperInvariant());
    }

    private static IEnumerable<string> Sources() => new[] { "*.cs", "*.js", "*.css", "*.html", "*.csproj", "*.md" }.SelectMany(Repository.Files);
}
