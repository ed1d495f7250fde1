using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;


/// <summary>A function that every template can call.</summary>
internal sealed class GlobalFunction(NativeFunction function) : Value
{
    public override string TypeName => "function";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments) => function.Invoke(context, null, arguments);

    public override void WriteRepresentation(BoundedText text) => text.Append($"<function {function.Name}>");
}
