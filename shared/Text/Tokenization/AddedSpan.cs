namespace OrleansInference.Text.Tokenization;

/// <summary>A piece of a text: an added token, or text between them where <see cref="Id"/> is -1.</summary>
internal readonly record struct AddedSpan(int Id, int Start, int End);
