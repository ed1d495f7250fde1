using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using OrleansInference.Cluster.Programs;
using OrleansInference.Models;
using OrleansInference.Settings;
using OrleansInference.Silo.Diagnosis;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo;

/// <summary>Command line of the node's program. Without a command it behaves as <c>serve</c>.</summary>
internal sealed class NodeCommandLine
{
    private static readonly InvocationConfiguration Invocation = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    private readonly SettingSet _settings = NodeOptions.CreateSettings();
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document on standard output and nothing else" };
    private readonly Command _doctor = new("doctor", "Checks the requirements of a start with these settings, and prints remedies");
    private Func<NodeOptions, bool, Task<int>> _serve = static (_, _) => Task.FromResult(ExitCode.Success);

    public NodeCommandLine()
    {
        Root = new RootCommand("Serves a model over HTTP, with a chat page, from one node or several.") { _json, _doctor };
        Root.Options.Remove(Root.Options.OfType<VersionOption>().Single());
        HelpOption help = Root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpOfSettings(Root, (HelpAction)help.Action!);
        _settings.AddTo(Root);
        Root.SetAction((parse, _) => _serve(Read(parse), parse.GetValue(_json)));
        _settings.AddTo(_doctor);
        _doctor.Options.Add(_json);
        _doctor.SetAction((parse, _) => Doctor.RunAsync(From(parse), parse.GetValue(_json)));
    }

    public RootCommand Root { get; }

    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="arguments">Arguments of the program.</param>
    /// <param name="serve">Starts nodes with valid options and returns the exit code. Its second argument says whether to print JSON.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a setting is unknown, or its value is not valid.</exception>
    public Task<int> RunAsync(string[] arguments, Func<NodeOptions, bool, Task<int>> serve)
    {
        if (Suggestions.Asked(arguments) is { } line)
        {
            Suggestions.Print(Root, line);
            return Task.FromResult(ExitCode.Success);
        }

        _serve = serve;
        return Parse(arguments).InvokeAsync(Invocation);
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is unknown, or has no value.</exception>
    public ParseResult Parse(string[] arguments)
    {
        // A value that begins with @ is a plain value, not a file of arguments.
        ParseResult parse = Root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Action is not HelpOfSettings && parse.Errors.Count > 0)
        {
            RefuseSecret(parse);
            string? unknown = parse.UnmatchedTokens is [string first, ..] ? first.Split('=')[0] : null; // the value may be a secret
            string message = unknown is null ? string.Join(" ", parse.Errors.Select(static error => error.Message)) : $"'{unknown}' is not a setting of a node; 'serve --help' lists all.";
            InferenceException.Throw(ErrorCode.InvalidOption, message, unknown);
        }

        return parse;
    }

    /// <returns>Valid options of a node.</returns>
    public NodeOptions Read(ParseResult parse)
    {
        NodeOptions options = From(parse).Resolve();
        LogOutput.Mask = options.Audit.Mask;
        return options;
    }

    private NodeOptions From(ParseResult parse)
    {
        RefuseSecret(parse);
        SettingValues values = _settings.Read(parse, strict: true);
        LogOutput.IsJson = values.Bind<LogOptions>().Format == LogFormat.Json; // errors of the other settings use the format too
        return NodeOptions.From(values);
    }

    private void RefuseSecret(ParseResult parse)
    {
        const string Key = nameof(SecurityOptions.ClusterSecret);
        if (parse.GetResult(_settings.All.Single(static setting => setting.Key == Key).Option) is not null)
        {
            string message = $"{SettingName.Switch(Key)} is refused because every user of this machine can read command lines; expected the variable {SettingName.Variable(Key)}, "
                + $"or a file with the secret given by {SettingName.Switch(nameof(SecurityOptions.ClusterSecretFile))}.";
            InferenceException.Throw(ErrorCode.InvalidOption, message, Key);
        }
    }

    /// <summary>Prints all settings for the program itself, and the standard help for its commands.</summary>
    private sealed class HelpOfSettings(Command root, HelpAction other) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            if (parseResult.CommandResult.Command != root)
            {
                return other.Invoke(parseResult);
            }

            Console.Out.Write(SettingList.Help());
            return ExitCode.Success;
        }
    }
}
