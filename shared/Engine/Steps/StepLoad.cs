namespace OrleansInference.Engine.Steps;

/// <summary>The work of a step that its time depends on.</summary>
/// <param name="Rows">Rows of decoding sequences, guesses among them.</param>
/// <param name="Attended">Tokens that these rows look at, in all.</param>
/// <param name="PromptTokens">Tokens of prompt chunks.</param>
/// <param name="PromptAttended">Tokens that these look at, in all.</param>
internal readonly record struct StepLoad(int Rows, double Attended, int PromptTokens, double PromptAttended);
