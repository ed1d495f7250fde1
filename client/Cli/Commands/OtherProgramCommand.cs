using OrleansInference.Cli.Hosting;

namespace OrleansInference.Cli.Commands;

/// <summary>Commands that another program of the repository runs. That program parses its own options, so these commands parse none.</summary>
internal static class OtherProgramCommand
{
    public const string Serve = "serve";
    public const string Doctor = "doctor";
    public const string Simulate = "simulate";
    public const string Bench = "bench";

    public static Command CreateServe() => Create(Serve, "Serves a model over HTTP, with a chat page, from one node or several; 'serve --help' lists the settings");

    public static Command CreateDoctor() => Create(Doctor, "Checks the requirements of a start, and prints remedies; accepts the settings of serve");

    public static Command CreateSimulate() => Create(Simulate, "Runs the cluster in a deterministic simulator; 'simulate --help' lists the options");

    public static Command CreateBench() => Create(Bench, "Runs measurements; 'bench --help' lists them");

    /// <summary>Adds the default command if the arguments name none.</summary>
    public static string[] WithCommand(string[] arguments) => arguments switch
    {
        ["--help" or "-h" or "-?" or "/?" or "--version", ..] => arguments,
        [] or [['-', ..], ..] => [Serve, .. arguments],
        _ => arguments,
    };

    /// <summary>Replaces this process by the program of the command that <paramref name="arguments"/> begin with. Returns if it is a command of this program.</summary>
    /// <exception cref="Models.InferenceException">The program is not built, or cannot be started.</exception>
    public static void RunOther(string[] arguments)
    {
        switch (arguments[0])
        {
            case Serve:
                BuiltProgram.Node.Become(arguments[1..]);
                break;
            case Doctor:
                BuiltProgram.Node.Become(arguments);
                break;
            case Simulate or Bench:
                BuiltProgram.Bench.Become(arguments);
                break;
        }
    }

    private static Command Create(string name, string description) => new(name, description) { TreatUnmatchedTokensAsErrors = false };
}
