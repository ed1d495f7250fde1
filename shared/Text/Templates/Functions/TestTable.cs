using System.Collections.Frozen;
using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>The tests of <c>value is test</c>.</summary>
internal static class TestTable
{
    private static readonly FrozenDictionary<string, NativeFunction> Known = Create(Types(), Properties(), Comparisons());

    public static NativeFunction? Find(string name) => Known.GetValueOrDefault(name);

    private static NativeFunction[] Types() =>
    [
        Test("defined", static (_, value) => value is not UndefinedValue),
        Test("undefined", static (_, value) => value is UndefinedValue),
        Test("none", static (_, value) => value is NoneValue),
        Test("boolean", static (_, value) => value is BooleanValue),
        Test("true", static (_, value) => ReferenceEquals(value, BooleanValue.True)),
        Test("false", static (_, value) => ReferenceEquals(value, BooleanValue.False)),
        Test("integer", static (_, value) => value is IntegerValue),
        Test("float", static (_, value) => value is FloatValue),
        Test("number", static (_, value) => Numbers.IsNumber(value)),
        Test("string", static (_, value) => value is StringValue),
        Test("mapping", static (_, value) => value is DictionaryValue),
        Test("sequence", static (_, value) => value is StringValue or SequenceValue or DictionaryValue or RangeValue or UndefinedValue),
        Test("iterable", static (_, value) => value.IsIterable),
        Test("callable", static (_, value) => value.IsCallable || value is UndefinedValue),
        Test("escaped", static (_, value) => value is StringValue { IsMarkup: true }),
    ];

    private static NativeFunction[] Properties() =>
    [
        Test("odd", static (context, value) => Remainder(value, IntegerValue.Of(2), context, 1)),
        Test("even", static (context, value) => Remainder(value, IntegerValue.Of(2), context, 0)),
        Method("divisibleby", "num", static (context, a) => BooleanValue.Of(Remainder(a[0], a[1], context, 0))),
        Test("lower", static (context, value) => CaseMapping.IsLower(context.Text(value), context)),
        Test("upper", static (context, value) => CaseMapping.IsUpper(context.Text(value), context)),
        Test("filter", static (context, value) => value is StringValue name && FilterTable.Find(name.Text) is not null),
        Test("test", static (context, value) => value is StringValue name && Find(name.Text) is not null),
        Method("sameas", "other", static (context, a) => BooleanValue.Of(AreSame(a[0], a[1]))),
        Method("in", "seq", static (context, a) => BooleanValue.Of(Comparison.Contains(a[1], a[0], context))),
    ];

    private static IEnumerable<NativeFunction> Comparisons()
        => new[] { ("==", "== eq equalto"), ("!=", "!= ne"), (">", "> gt greaterthan"), (">=", ">= ge"), ("<", "< lt lessthan"), ("<=", "<= le") }
            .SelectMany(static pair => pair.Item2.Split(' ').Select(name => Method(
                name, "other", (context, a) => BooleanValue.Of(Comparison.Holds(pair.Item1, a[0], a[1], context)))));

    private static NativeFunction Test(string name, Func<RenderContext, Value, bool> holds)
        => Method(name, "", (context, a) => BooleanValue.Of(holds(context, a[0])));

    private static bool Remainder(Value value, Value divisor, RenderContext context, int expected)
        => Numbers.AreEqual(Arithmetic.Modulo(value, divisor, context), IntegerValue.Of(expected));

    // Small integers and strings are single objects in Python; equal ones count as the same here.
    private static bool AreSame(Value left, Value right)
        => ReferenceEquals(left, right)
            || (left is IntegerValue first && right is IntegerValue second && first.Number == second.Number && BigInteger.Abs(first.Number) <= 256)
            || (left is StringValue text && right is StringValue other && text.Text == other.Text);
}
