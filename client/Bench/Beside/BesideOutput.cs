using OrleansInference.Compute.Measurement;
using Spectre.Console;

namespace OrleansInference.Bench.Beside;

/// <summary>Prints the performance beside busy loops.</summary>
internal static class BesideOutput
{
    public static void Print(BesideFigures figures, bool json)
    {
        if (json)
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteStartObject();
                Write(writer, figures);
                writer.WriteEndObject();
            });
            return;
        }

        Table table = new Table().AddColumns("alone", "beside", "fair part", "of the fair part");
        table.AddRow($"{figures.Alone:N1} tokens/s", $"{figures.Beside:N1} tokens/s", $"{figures.FairPart:P1}", $"{figures.ShareOfFairPart:P1}");
        AnsiConsole.Write(table);
    }

    public static void Write(Utf8JsonWriter writer, BesideFigures figures)
    {
        writer.WriteNumber("tokens_per_second", figures.Alone);
        writer.WriteNumber("beside_tokens_per_second", figures.Beside);
        writer.WriteNumber("fair_part", figures.FairPart);
        writer.WriteNumber("share_of_fair_part", figures.ShareOfFairPart);
    }
}
