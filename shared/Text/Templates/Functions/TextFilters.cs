using System.Text;
using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Filters that convert text to text.</summary>
internal static class TextFilters
{
    public static NativeFunction[] All() =>
    [
        Text("upper", CaseMapping.Upper),
        Text("lower", CaseMapping.Lower),
        Text("capitalize", CaseMapping.Capitalize),
        Text("title", Title),
        Text("string", static (text, _) => text),
        Text("forceescape", static (text, context) => Markup.Escape(text, context), marks: true),
        Method("e", "", static (context, a) => Markup.Escape(a[0], context)),
        Method("escape", "", static (context, a) => Markup.Escape(a[0], context)),
        Method("safe", "", static (context, a) => new StringValue(context.Text(a[0]), true)),
        Method("trim", "chars?", static (context, a) => Like(a[0], Stripping.Strip(context.Text(a[0]), a[1], true, true, context), context)),
        Method("replace", "old new count?", static (context, a) => StringValue.Create(
            Replacing.Replace(
                context.Text(a[0]), context.Text(a[1]), context.Text(a[2]), a[3] is null or NoneValue ? -1 : StringMethods.Size(a[3]), context),
            context)),
        NativeFunction.WithRest("format", static (context, self, arguments) => Format(self!, arguments, context)),
        Method("wordcount", "", static (context, a) => IntegerValue.Of(CountWords(context.Text(a[0]), context))),
        Method("urlencode", "", static (context, a) => StringValue.Create(UrlEncoding.Encode(a[0], context), context)),
    ];

    private static NativeFunction Text(string name, Func<string, RenderContext, string> map, bool marks = false) => Method(name, "", (context, a) =>
    {
        string mapped = map(context.Text(a[0]), context);
        return marks ? new StringValue(mapped, true) : Like(a[0], mapped, context);
    });

    private static StringValue Like(Value origin, string text, RenderContext context)
        => origin is StringValue { IsMarkup: true } ? new StringValue(text, true)
            : origin is StringValue same && ReferenceEquals(same.Text, text) ? same
            : StringValue.Create(text, context);

    private static StringValue Format(Value format, Arguments arguments, RenderContext context)
    {
        Value argument;
        if (arguments.Named.Count > 0)
        {
            if (arguments.Positional.Length > 0)
            {
                throw new TemplateFailure("can't handle positional and keyword arguments at the same time");
            }

            var builder = new DictionaryBuilder(context);
            foreach ((string name, Value value) in arguments.Named)
            {
                builder.Set(new StringValue(name), value);
            }

            argument = builder.Build();
        }
        else
        {
            argument = TupleValue.Create(arguments.Positional, context);
        }

        return StringValue.Create(PercentFormatter.Format(context.Text(format), argument, context), context);
    }

    // The first character of each word is raised; words begin after spaces and any of -({[<.
    private static string Title(string text, RenderContext context)
    {
        context.Allocate(text.Length);
        var result = new StringBuilder(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            int end = at;
            bool separator = IsSeparator(text[at]);
            while (end < text.Length && IsSeparator(text[end]) == separator)
            {
                end++;
            }

            int first = char.IsHighSurrogate(text[at]) && at + 1 < end ? 2 : 1;
            result.Append(CaseMapping.Upper(text[at..(at + first)], context)).Append(CaseMapping.Lower(text[(at + first)..end], context));
            at = end;
        }

        return result.ToString();
    }

    private static bool IsSeparator(char c) => c is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace(c);

    private static int CountWords(string text, RenderContext context)
    {
        context.Scan(text.Length * 4L);
        int count = 0;
        bool inside = false;
        foreach (char c in text)
        {
            bool part = char.IsLetterOrDigit(c) || c == '_';
            count += part && !inside ? 1 : 0;
            inside = part;
        }

        return count;
    }
}
