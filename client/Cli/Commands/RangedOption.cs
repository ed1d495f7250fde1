namespace OrleansInference.Cli.Commands;

/// <summary>Options of the command line whose values must lie in a range.</summary>
public static class RangedOption
{
    /// <summary>Creates an option for an integer with a default.</summary>
    public static Option<int> Create(string name, string description, int otherwise, int minimum, int maximum = int.MaxValue / 2) =>
        Create(name, description, "N", Values.Integer(minimum, maximum), otherwise);

    /// <summary>Creates an option for a value with a default.</summary>
    public static Option<T> Create<T>(string name, string description, string valueName, ValueKind<T> kind, T otherwise)
        where T : notnull
    {
        Option<T> option = new(name) { Description = description, HelpName = valueName, DefaultValueFactory = _ => otherwise, Arity = ArgumentArity.ExactlyOne };
        option.CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (!kind.TryRead(text, out T? value))
            {
                result.AddError($"{name} is '{text}'; expected {kind.Expected}.");
            }

            return value;
        };
        return option;
    }
}
