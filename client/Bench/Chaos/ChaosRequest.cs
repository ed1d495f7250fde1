namespace OrleansInference.Bench.Chaos;

/// <summary>Repeatable request: its number determines prompt, sampling and seed. One in three is greedy.</summary>
internal static class ChaosRequest
{
    private static readonly string[] Words = ["count", "then", "add", "the", "next", "number", "and", "sort", "all", "of", "them", "again"];

    /// <param name="model">Name of the model.</param>
    /// <param name="number">Number of the request.</param>
    /// <param name="promptWords">Words in addition to those that every prompt has.</param>
    /// <param name="tokens">Number of tokens to generate.</param>
    public static string Body(string model, int number, int promptWords, int tokens)
    {
        IEnumerable<string> words = Enumerable.Range(0, promptWords).Select(word => Words[(word * (number + 1) + word / Words.Length) % Words.Length]);
        return new JsonObject
        {
            ["model"] = model,
            ["prompt"] = string.Create(CultureInfo.InvariantCulture, $"Request {number}: count from {number} to {number + 9}. {string.Join(' ', words)}").TrimEnd(),
            ["max_tokens"] = tokens,
            ["temperature"] = number % 3 * 0.5,
            ["top_p"] = number % 2 == 0 ? 1.0 : 0.9,
            ["seed"] = number,
            ["min_tokens"] = tokens,
            ["logprobs"] = 0,
            ["stream"] = true,
        }.ToJsonString();
    }
}
