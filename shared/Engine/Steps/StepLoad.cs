namespace OrleansInference.Engine.Steps;

/// <summary>The work of a step that determines its time.</summary>
/// <param name="Rows">Number of rows of decoding sequences, including guesses.</param>
/// <param name="Attended">Total number of tokens that these rows attend to.</param>
/// <param name="PromptTokens">Number of tokens of prompt chunks.</param>
/// <param name="PromptAttended">Total number of tokens that these attend to.</param>
internal readonly record struct StepLoad(int Rows, double Attended, int PromptTokens, double PromptAttended);
