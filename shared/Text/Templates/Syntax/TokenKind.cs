namespace OrleansInference.Text.Templates.Syntax;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}
