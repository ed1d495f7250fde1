using System.Runtime.CompilerServices;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>State of one rendering: its position, its output and the used part of its limits.</summary>
internal sealed class RenderContext
{
    private long _steps;
    private long _allocation;
    private int _calls;

    public RenderContext(TemplateLimits limits, TimeProvider clock)
    {
        Limits = limits;
        Clock = clock;
        Comparer = new ValueComparer(this);
        Output = new BoundedText(this);
    }

    public TemplateLimits Limits { get; }

    public TimeProvider Clock { get; }

    public ValueComparer Comparer { get; }

    public BoundedText Output { get; private set; }

    /// <summary>Line of the current statement, counted from 1.</summary>
    public int Line { get; set; } = 1;

    public void Step() => Work(1);

    /// <summary>Charges work that is proportional to the data.</summary>
    public void Work(long steps)
    {
        _steps += steps;
        if (_steps > Limits.MaxSteps)
        {
            throw new TemplateFailure($"the rendering exceeds the limit of {Limits.MaxSteps} steps.");
        }
    }

    /// <summary>Charges a plain pass over characters; many of them cost as much as one step.</summary>
    public void Scan(long characters)
    {
        if (characters > 64)
        {
            Work(characters >> 6);
        }
    }

    /// <summary>Charges a search, whose worst-case cost is the product of the lengths.</summary>
    public void Search(int haystack, int needle)
        => Scan(haystack + ((long)Math.Max(0, haystack - needle) * needle / 16));

    public void Allocate(long characters)
    {
        _allocation += characters + 4;
        if (_allocation > Limits.MaxAllocation)
        {
            throw new TemplateFailure($"the rendering creates more than the limit of {Limits.MaxAllocation} characters.");
        }

        Scan(characters);
    }

    public void CheckDepth(int depth)
    {
        if (depth > Limits.MaxDepth)
        {
            throw new TemplateFailure($"a value is nested deeper than the limit of {Limits.MaxDepth}.");
        }
    }

    public void EnterCall()
    {
        if (++_calls > Limits.MaxDepth)
        {
            throw new TemplateFailure($"calls are nested deeper than the limit of {Limits.MaxDepth}.");
        }

        GuardStack();
    }

    public void LeaveCall() => _calls--;

    public static void GuardStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateFailure("the rendering is nested too deeply.");
        }
    }

    /// <summary>Diverts output into a separate text; returns the text to restore.</summary>
    public BoundedText BeginCapture()
    {
        BoundedText outer = Output;
        Output = new BoundedText(this);
        return outer;
    }

    public StringValue EndCapture(BoundedText outer)
    {
        StringValue text = Output.ToValue();
        Output = outer;
        return text;
    }

    public string Text(Value value)
    {
        if (value is StringValue known)
        {
            return known.Text;
        }

        var text = new BoundedText(this);
        value.WriteText(text);
        return text.ToString();
    }

    /// <summary>Returns the result of Python's <c>repr</c>.</summary>
    public string Representation(Value value)
    {
        var text = new BoundedText(this);
        value.WriteRepresentation(text);
        return text.ToString();
    }

    public List<Value> ToList(Value value)
    {
        if (value is SequenceValue sequence)
        {
            Allocate(4L * sequence.Items.Length);
            return [.. sequence.Items];
        }

        List<Value> list = [];
        IEnumerator<Value> items = value.Iterate(this);
        while (items.MoveNext())
        {
            Step();
            Allocate(4);
            list.Add(items.Current);
        }

        return list;
    }
}
