using OrleansInference.Compute.Measurement;
using Spectre.Console;

namespace OrleansInference.Bench.Beside;

/// <summary>Prints the performance beside busy loops.</summary>
internal static class BesideOutput
{
    public static void Print(BesideFigures figures)
    {
        Table table = new Table().AddColumns("alone", "beside", "fair part", "of the fair part");
        table.AddRow($"{figures.Alone:N1} tokens/s", $"{figures.Beside:N1} tokens/s", $"{figures.FairPart:P1}", $"{figures.ShareOfFairPart:P1}");
        AnsiConsole.Write(table);
    }

    public static JsonObject Describe(BesideFigures figures) => new()
    {
        ["tokens_per_second"] = figures.Alone,
        ["beside_tokens_per_second"] = figures.Beside,
        ["fair_part"] = figures.FairPart,
        ["share_of_fair_part"] = figures.ShareOfFairPart,
    };
}
