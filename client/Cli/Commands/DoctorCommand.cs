using System.CommandLine;

namespace OrleansInference.Cli.Commands;

/// <summary><c>doctor</c>: a command of the node's program, which knows the settings.</summary>
internal static class DoctorCommand
{
    public const string Name = "doctor";

    public static Command Create() => new(Name, "Checks what a start needs, and says what to do; takes the settings of serve") { TreatUnmatchedTokensAsErrors = false };
}
