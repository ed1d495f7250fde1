using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Text;

namespace OrleansInference.Unit.Meta;

/// <summary>
/// What one project offers another is written down beside these tests, so that a change of it is seen in review.
/// With ORLEANS_INFERENCE_UPDATE_SNAPSHOTS=1 in the environment the files are written anew instead of compared.
/// </summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Models", typeof(InferenceException))]
    [InlineData("Compute", typeof(ComputeOptions))]
    [InlineData("Text", typeof(ModelText))]
    [InlineData("Engine", typeof(IInferenceService))]
    public void Public_types_are_those_written_down(string project, Type member)
    {
        string path = Repository.PathOf($"tests/Unit/Meta/PublicApi/{project}.txt");
        string found = PublicApi.Describe(member.Assembly);
        if (Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, found);
        }

        string[] expected = File.Exists(path) ? File.ReadAllLines(path) : [];
        string[] lines = found.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] gone = [.. expected.Except(lines).Take(20).Select(line => "- " + line)];
        string[] come = [.. lines.Except(expected).Take(20).Select(line => "+ " + line)];
        Assert.True(expected.SequenceEqual(lines), $"{path} differs; run with ORLEANS_INFERENCE_UPDATE_SNAPSHOTS=1 if that is meant.\n{string.Join('\n', gone.Concat(come))}");
    }
}
