using OrleansInference.Cli.Hosting;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Cli.Commands;

/// <summary><c>completion</c>: prints the script for a shell's completion of commands and options, and answers such a script.</summary>
internal static class CompletionCommand
{
    private const string Name = "completion";

    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            # Completion for bash: source <(./run.sh completion bash)
            _orleans_inference() {
                local command=${1/#\~/$HOME} IFS=$'\n'
                COMPREPLY=()
                # Other projects have a run.sh too.
                if [ "${command##*/}" = run.sh ] && [ "$(readlink -f -- "$command")" != '{SCRIPT}' ]; then
                    compopt -o default
                    return
                fi
                COMPREPLY=($(compgen -W "$('{DOTNET}' '{PROGRAM}' "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$2"))
                if [ ${#COMPREPLY[@]} = 0 ]; then compopt -o default; fi
            }
            complete -F _orleans_inference run.sh orleans-inference
            """,
        ["zsh"] = """
            # Completion for zsh: source <(./run.sh completion zsh)
            _orleans_inference() {
                local line="${(j: :)words[1,CURRENT]}"
                local -a candidates
                if [[ "${words[1]:t}" = run.sh && "${~words[1]:A}" != '{SCRIPT}' ]]; then
                    _files
                    return
                fi
                candidates=(${(f)"$('{DOTNET}' '{PROGRAM}' "[suggest:${#line}]" "$line" 2>/dev/null)"})
                if (( $#candidates )); then compadd -- $candidates; else _files; fi
            }
            compdef _orleans_inference run.sh orleans-inference
            """,
        ["fish"] = """
            # Completion for fish: ./run.sh completion fish | source
            function __orleans_inference
                set -l line (commandline -cp)
                set -l command (commandline -opc)[1]
                if string match -q '*run.sh' -- $command; and test (realpath -- $command) != '{SCRIPT}'
                    return
                end
                '{DOTNET}' '{PROGRAM}' "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c run.sh -a '(__orleans_inference)'
            complete -c orleans-inference -a '(__orleans_inference)'
            """,
    };

    public static Command Create()
    {
        Argument<string> shell = new("shell") { Description = string.Join(", ", Scripts.Keys) };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        Command command = new(Name, "Prints the script for a shell's completion of the commands and options of this program and of serve") { shell };
        command.SetAction(parse => Console.Out.WriteLine(Scripts[parse.GetValue(shell)!]
            .Replace("{SCRIPT}", Quoted(RepositoryFiles.Find("run.sh", AppContext.BaseDirectory) ?? "run.sh"), StringComparison.Ordinal)
            .Replace("{DOTNET}", Quoted(Environment.ProcessPath!), StringComparison.Ordinal)
            .Replace("{PROGRAM}", Quoted(typeof(CompletionCommand).Assembly.Location), StringComparison.Ordinal)));
        return command;
    }

    /// <summary>Prints the completions of a command line, which begins with the program's name. Lines for another program are passed to that program.</summary>
    /// <returns>The exit code.</returns>
    public static int Suggest(RootCommand root, string line)
    {
        int end = line.IndexOf(' ', StringComparison.Ordinal);
        string rest = end < 0 ? string.Empty : line[end..].TrimStart();
        try
        {
            string command = rest.Split(' ')[0];
            switch (command.Length < rest.Length || rest.StartsWith('-') ? command : string.Empty)
            {
                case OtherProgramCommand.Serve:
                    BuiltProgram.Node.Become(Suggestions.Ask(rest[(command.Length + 1)..].TrimStart()));
                    break;
                case OtherProgramCommand.Doctor or ['-', ..]:
                    BuiltProgram.Node.Become(Suggestions.Ask(rest));
                    break;
                case OtherProgramCommand.Bench or OtherProgramCommand.Simulate:
                    BuiltProgram.Bench.Become(Suggestions.Ask(rest));
                    break;
            }

            Suggestions.Print(root, rest);
            return ExitCode.Success;
        }
        catch (InferenceException)
        {
            // The other program is not built yet. A shell in the middle of a completion cannot show a message.
            return ExitCode.Failure;
        }
    }

    /// <summary>Escapes a text for single quotes.</summary>
    private static string Quoted(string path) => path.Replace("'", @"'\''", StringComparison.Ordinal);
}
