using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Wire;

/// <summary>Everything that a value holds, private fields included, as text: values are the same when their texts are.</summary>
internal static class Contents
{
    public static string Of(object? value)
    {
        StringBuilder text = new();
        Describe(text, value);
        return text.ToString();
    }

    private static void Describe(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null: text.Append("null"); break;
            case float number: text.Append(CultureInfo.InvariantCulture, $"{BitConverter.SingleToInt32Bits(number):x8}"); break;
            case double number: text.Append(CultureInfo.InvariantCulture, $"{BitConverter.DoubleToInt64Bits(number):x16}"); break;
            case string or bool or Enum or int or long or ulong or byte or TimeSpan or Guid: text.Append(CultureInfo.InvariantCulture, $"'{value}'"); break;
            case ReadOnlyMemory<int> memory: Describe(text, memory.ToArray()); break;
            case InferenceException error: text.Append(CultureInfo.InvariantCulture, $"{error.Code} '{error.Message}' '{error.Parameter}' {error.RetryAfter}"); break;
            case StepBatch batch: Describe(text, new object[] { batch.Tokens.ToArray(), batch.Pages.ToArray(), batch.Slices.ToArray(), batch.LogitRowCount }); break;
            case Step step: Describe(text, new object[] { step.Epoch, step.Number, step.Transfers.ToArray(), step.Batch, step.Outputs.ToArray() }); break;
            case IEnumerable elements: Elements(text, elements); break;
            default: Fields(text, value); break;
        }
    }

    private static void Elements(StringBuilder text, IEnumerable elements)
    {
        text.Append('[');
        foreach (object? element in elements)
        {
            Describe(text, element);
            text.Append(' ');
        }

        text.Append(']');
    }

    private static void Fields(StringBuilder text, object value)
    {
        text.Append(value.GetType().Name).Append('{');
        for (Type? type = value.GetType(); type is not null; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.Name.Contains($"<{nameof(StepForward.Received)}>", StringComparison.Ordinal))
                {
                    continue; // how it came is not of its contents
                }

                text.Append(field.Name).Append('=');
                Describe(text, field.GetValue(value));
                text.Append(' ');
            }
        }

        text.Append('}');
    }
}
