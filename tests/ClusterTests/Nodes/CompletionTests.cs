using System.Diagnostics;
using OrleansInference.Cli;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>The scripts of <c>completion</c>, in the shells that there are.</summary>
public sealed class CompletionTests
{
    private static readonly string RunScript = RepositoryFiles.Find("run.sh", AppContext.BaseDirectory)!;

    [Theory]
    [InlineData("./run.sh ser", "serve")]
    [InlineData("./run.sh ", "serve", "chat", "doctor", "bench", "cluster", "completion")]
    [InlineData("./run.sh bench ", "chaos", "engine")]
    [InlineData("./run.sh bench chaos --ki", "--kills")]
    [InlineData("./run.sh chat --kv", "--kv-memory", "--kv-type")]
    [InlineData("./run.sh serve --postgres", "--postgres", "--postgres-file", "--postgres-wait")]
    [InlineData("./run.sh serve --threads 2 --kv-ty", "--kv-type")]
    [InlineData("./run.sh serve --kv-type ", "f32", "bf16")]
    [InlineData("./run.sh --admin", "--admin-key")]
    [InlineData("./run.sh doctor --device-mem", "--device-memory")]
    [InlineData("./run.sh completion ", "bash", "zsh", "fish")]
    public async Task Bash_completes_commands_options_and_words(string line, params string[] expected)
    {
        string[] found = await CompleteAsync(line, Path.GetDirectoryName(RunScript)!);
        Assert.Equal(expected, expected.Intersect(found));
        string word = line[(line.LastIndexOf(' ') + 1)..];
        Assert.All(found, candidate => Assert.StartsWith(word, candidate, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bash_leaves_the_run_sh_of_others_alone()
    {
        string folder = Directory.CreateTempSubdirectory("oi-completion-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "run.sh"), "");
            Assert.Empty(await CompleteAsync("./run.sh ser", folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public async Task Shells_read_their_scripts(string shell, string check)
    {
        string script = await ScriptAsync(shell);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
        Assert.DoesNotContain("{", script.Replace("() {", "", StringComparison.Ordinal).Replace("${", "", StringComparison.Ordinal), StringComparison.Ordinal);
        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, shell)).FirstOrDefault(File.Exists);
        if (program is not null)
        {
            string file = Path.GetTempFileName();
            await File.WriteAllTextAsync(file, script);
            (int code, string output) = await RunAsync(program, [check, file], null);
            File.Delete(file);
            Assert.Equal((0, ""), (code, output.Trim()));
        }
    }

    /// <summary>Has bash complete the last word of a line, by the function that is registered for its first.</summary>
    private static async Task<string[]> CompleteAsync(string line, string folder)
    {
        const string Ask = """
            shopt -s progcomp
            compopt() { :; } # only an interactive completion has options
            read -ra COMP_WORDS <<<"$COMP_LINE"
            if [ "${COMP_LINE: -1}" = ' ' ]; then COMP_WORDS+=(''); fi
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_POINT=${#COMP_LINE}
            function=$(complete -p "${COMP_WORDS[0]##*/}" | sed 's/.*-F \([^ ]*\).*/\1/')
            "$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        (int code, string output) = await RunAsync("bash", ["--norc", "-c", $"{await ScriptAsync("bash")}\nCOMP_LINE='{line}'\n{Ask}"], folder);
        Assert.True(code == 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> ScriptAsync(string shell)
    {
        (int code, string script) = await RunAsync("dotnet", [typeof(CommandLineApplication).Assembly.Location, "completion", shell], null);
        Assert.Equal(0, code);
        return script;
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string? folder)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = folder ?? "" };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
