using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

internal sealed class NoneValue : Value
{
    public static NoneValue Instance { get; } = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue(RenderContext context) => false;

    public override void WriteRepresentation(BoundedText text) => text.Append("None");
}
