using System.CommandLine;

namespace OrleansInference.Cli.Commands;

/// <summary>Whole-number options of the command line with a default and a smallest value.</summary>
public static class RangedOption
{
    public static Option<int> Create(string name, string description, int otherwise, int minimum, int maximum = int.MaxValue / 2)
    {
        Option<int> option = new(name) { Description = $"{description}; {otherwise} by default", DefaultValueFactory = _ => otherwise, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int value) || value < minimum || value > maximum))
            {
                result.AddError($"{name}: '{result.Tokens[0].Value}' was given, expected a whole number from {minimum} to {maximum}.");
            }
        });
        return option;
    }
}
