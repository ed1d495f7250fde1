using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;


/// <summary>A method of a value, taken from it and ready to be called.</summary>
internal sealed class NativeMethod(Value self, NativeFunction function) : Value
{
    public override string TypeName => "builtin_function_or_method";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments) => function.Invoke(context, self, arguments);

    public override void WriteRepresentation(BoundedText text) => text.Append($"<built-in method {function.Name} of {self.TypeName} object>");
}
