using System.Diagnostics.CodeAnalysis;

namespace OrleansInference.Text.Templates.Values;

/// <summary>Comparison and hashing of booleans, integers and floats by numeric value.</summary>
internal static class Numbers
{
    public static bool TryGetInteger([NotNullWhen(true)] Value? value, out BigInteger number)
    {
        switch (value)
        {
            case IntegerValue integer:
                number = integer.Number;
                return true;
            case BooleanValue boolean:
                number = ReferenceEquals(boolean, BooleanValue.True) ? BigInteger.One : BigInteger.Zero;
                return true;
            default:
                number = default;
                return false;
        }
    }

    public static bool TryGetFloat(Value value, out double number)
    {
        if (value is FloatValue real)
        {
            number = real.Number;
            return true;
        }

        bool isInteger = TryGetInteger(value, out BigInteger integer);
        number = isInteger ? (double)integer : 0;
        return isInteger;
    }

    public static bool IsNumber(Value value) => value is IntegerValue or FloatValue or BooleanValue;

    public static bool AreEqual(Value left, Value right) => IsNumber(left) && IsNumber(right) && Compare(left, right) == 0;

    /// <summary>Compares exactly, also integers with floats; null where one is not a number (NaN).</summary>
    public static int? Compare(Value left, Value right)
    {
        bool leftIsInteger = TryGetInteger(left, out BigInteger leftInteger);
        bool rightIsInteger = TryGetInteger(right, out BigInteger rightInteger);
        if (leftIsInteger && rightIsInteger)
        {
            return leftInteger.CompareTo(rightInteger);
        }

        if (leftIsInteger)
        {
            return -CompareFloat(((FloatValue)right).Number, leftInteger);
        }

        double leftFloat = ((FloatValue)left).Number;
        if (rightIsInteger)
        {
            return CompareFloat(leftFloat, rightInteger);
        }

        double rightFloat = ((FloatValue)right).Number;
        return double.IsNaN(leftFloat) || double.IsNaN(rightFloat) ? null : leftFloat.CompareTo(rightFloat);
    }

    public static int Hash(Value value)
    {
        if (TryGetInteger(value, out BigInteger integer))
        {
            return integer.GetHashCode();
        }

        double number = ((FloatValue)value).Number;
        return Math.Floor(number) == number && !double.IsInfinity(number) ? new BigInteger(number).GetHashCode() : number.GetHashCode();
    }

    private static int? CompareFloat(double left, BigInteger right)
    {
        if (double.IsNaN(left))
        {
            return null;
        }

        if (double.IsInfinity(left))
        {
            return left > 0 ? 1 : -1;
        }

        double floor = Math.Floor(left);
        int whole = new BigInteger(floor).CompareTo(right);
        return whole != 0 ? whole : left > floor ? 1 : 0;
    }
}
