using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Writes JSON as Python's <c>json.dumps</c> does.</summary>
internal sealed class JsonWriter(BoundedText text, bool ensureAscii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    public void Write(Value value) => Write(value, 0);

    private void Write(Value value, int level)
    {
        text.Context.Step();
        switch (value)
        {
            case StringValue known:
                WriteText(known.Text);
                break;
            case NoneValue:
                text.Append("null");
                break;
            case BooleanValue boolean:
                text.Append(boolean.IsTrue(text.Context) ? "true" : "false");
                break;
            case IntegerValue:
                value.WriteText(text);
                break;
            case FloatValue real:
                text.Append(Number(real.Number));
                break;
            case SequenceValue sequence:
                WriteSequence(sequence, level);
                break;
            case DictionaryValue dictionary:
                WriteDictionary(dictionary, level);
                break;
            default:
                throw new TemplateFailure($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private static string Number(double number)
        => double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity") : FloatText.Format(number);

    private void WriteSequence(SequenceValue sequence, int level)
    {
        if (sequence.Items.Length == 0)
        {
            text.Append("[]");
            return;
        }

        text.Append('[');
        for (int i = 0; i < sequence.Items.Length; i++)
        {
            text.Append(i == 0 ? "" : itemSeparator);
            Break(level + 1);
            Write(sequence.Items[i], level + 1);
        }

        Break(level);
        text.Append(']');
    }

    private void WriteDictionary(DictionaryValue dictionary, int level)
    {
        if (dictionary.Entries.Count == 0)
        {
            text.Append("{}");
            return;
        }

        IReadOnlyList<KeyValuePair<Value, Value>> entries = dictionary.Entries;
        if (sortKeys)
        {
            entries = Sorting.Sort([.. entries], static entry => entry.Key, false, text.Context);
        }

        text.Append('{');
        for (int i = 0; i < entries.Count; i++)
        {
            text.Append(i == 0 ? "" : itemSeparator);
            Break(level + 1);
            WriteText(Key(entries[i].Key));
            text.Append(keySeparator);
            Write(entries[i].Value, level + 1);
        }

        Break(level);
        text.Append('}');
    }

    private string Key(Value key) => key switch
    {
        StringValue name => name.Text,
        NoneValue => "null",
        BooleanValue boolean => boolean.IsTrue(text.Context) ? "true" : "false",
        FloatValue real => Number(real.Number),
        IntegerValue => text.Context.Text(key),
        _ => throw new TemplateFailure($"keys must be str, int, float, bool or None, not {key.TypeName}"),
    };

    private void Break(int level)
    {
        if (indent is null)
        {
            return;
        }

        text.Append('\n');
        for (int i = 0; i < level; i++)
        {
            text.Append(indent);
        }
    }

    private void WriteText(string value)
    {
        text.Append('"');
        int from = 0;
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (c is >= ' ' and not '"' and not '\\' and < '\x7f' || (!ensureAscii && c >= '\x7f') || c == '\x7f')
            {
                continue;
            }

            text.Append(value.AsSpan(from, i - from));
            text.Append(Escape(c));
            from = i + 1;
        }

        text.Append(value.AsSpan(from));
        text.Append('"');
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        _ => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
    };
}
