using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Renders the body of a recursive loop over <paramref name="iterable"/>, <paramref name="depth"/> levels deep.</summary>
internal delegate Value LoopCall(Value iterable, int depth);
