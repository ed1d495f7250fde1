using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;
using OrleansInference.Models;
using OrleansInference.Settings;

namespace OrleansInference.Unit.Settings;

public sealed class SettingSetTests : IDisposable
{
    private readonly SettingSet _settings = new(typeof(Sample));
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("oi-settings-").FullName, SettingSet.FileName);

    public enum Colour
    {
        [EnumMember(Value = "r")]
        Red,
        DeepBlue,
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Fact]
    public void A_setting_has_three_spellings_and_shows_its_default()
    {
        Setting setting = _settings.All.Single(static setting => setting.Key == "SampleLimit");
        Assert.Equal(("--sample-limit", "ORLEANS_INFERENCE_SAMPLE_LIMIT", "7"), (setting.Option.Name, setting.Variable, setting.Default));
        Assert.Null(_settings.All.Single(static setting => setting.Key == "SampleName").Default);
    }

    [Fact]
    public void What_is_not_given_keeps_its_default() => Assert.Equal(new Sample(), Read().Bind<Sample>());

    [Fact]
    public void The_command_line_has_precedence_over_the_environment_and_that_over_the_file()
    {
        const string Variable = "ORLEANS_INFERENCE_SAMPLE_NAME", Other = "ORLEANS_INFERENCE_SAMPLE_COLOUR";
        File.WriteAllText(_file, """{ "SampleName": "file", "samplecolour": "r", "SampleLimit": 3 }""");
        try
        {
            Environment.SetEnvironmentVariable(Variable, "environment");
            Environment.SetEnvironmentVariable(Other, "deep-blue");
            Assert.Equal(new Sample { Name = "option", Colour = Colour.DeepBlue, Limit = 3 }, Read("--sample-name", "first", "--sample-name", "option").Bind<Sample>());
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
            Environment.SetEnvironmentVariable(Other, null);
        }
    }

    [Fact]
    public void A_wrong_value_is_named_with_its_key_its_place_and_what_was_expected()
    {
        InferenceException option = Assert.Throws<InferenceException>(() => Read("--sample-limit", "11").Bind<Sample>());
        Assert.Equal((ErrorCode.InvalidOption, "SampleLimit"), (option.Code, option.Parameter));
        Assert.Equal("SampleLimit is '11' (--sample-limit); expected a whole number from 1 to 10.", option.Message);
        File.WriteAllText(_file, """{ "SampleColour": "green" }""");
        Assert.Equal("SampleColour is 'green' (appsettings.json); expected r or deep-blue.", Assert.Throws<InferenceException>(() => Read().Bind<Sample>()).Message);
    }

    [Fact]
    public void An_unknown_key_of_the_file_is_refused_where_all_are_known_and_sections_are_not()
    {
        File.WriteAllText(_file, """{ "SampleNam": "x", "Api": { "MaxChoices": 2 } }""");
        Read();
        InferenceException refused = Assert.Throws<InferenceException>(() => _settings.Read(Parse([]), strict: true, _file));
        Assert.Contains("'SampleNam'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_in_the_file_may_be_an_array()
    {
        File.WriteAllText(_file, """{ "SampleNumbers": [1, 2] }""");
        Assert.Equal([1, 2], Read().Bind<Sample>().Numbers);
    }

    [Theory]
    [InlineData("""{ "a": 1, "b": 2.5 }""")]
    [InlineData("\"b=2.5,a=1\"")]
    public void A_map_in_the_file_may_be_an_object(string json)
    {
        File.WriteAllText(_file, $$"""{ "SampleWeights": {{json}} }""");
        Assert.Equal([new("a", 1), new("b", 2.5)], Read().Bind<Sample>().Weights!.OrderBy(static pair => pair.Key));
    }

    [Theory]
    [InlineData("""{ "a": 0 }""", "a=0")]
    [InlineData("""{ "a": {} }""", "a=")]
    [InlineData("""["a"]""", "0=a")]
    public void A_wrong_value_of_a_map_in_the_file_is_named(string json, string said)
    {
        File.WriteAllText(_file, $$"""{ "SampleWeights": {{json}} }""");
        Assert.StartsWith($"SampleWeights is '{said}' (appsettings.json); expected NAME=VALUE", Assert.Throws<InferenceException>(() => Read().Bind<Sample>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_alternatives_the_later_source_decides()
    {
        File.WriteAllText(_file, """{ "SampleName": "file" }""");
        Assert.Equal(new Sample { Limit = 2 }, Read("--sample-limit", "2").Alternatives("SampleName", "SampleLimit").Bind<Sample>());
        Assert.Equal(new Sample { Name = "file" }, Read().Alternatives("SampleName", "SampleLimit").Bind<Sample>());
    }

    [Fact]
    public void Words_are_completed() =>
        Assert.Equal(["deep-blue", "r"], new RootCommand { _settings.All.Single(static setting => setting.Key == "SampleColour").Option }.Parse("--sample-colour ").GetCompletions().Select(static item => item.Label).Order());

    private SettingValues Read(params string[] arguments) => _settings.Read(Parse(arguments), strict: false, _file);

    private ParseResult Parse(string[] arguments)
    {
        RootCommand command = [];
        _settings.AddTo(command);
        ParseResult parse = command.Parse(arguments);
        Assert.Empty(parse.Errors);
        return parse;
    }

    private sealed record Sample
    {
        [Display(Name = "SampleName", Prompt = "NAME", Description = "A name; none by default.")]
        public string? Name { get; init; }

        [Display(Name = "SampleColour", Prompt = "COLOUR")]
        public Colour Colour { get; init; }

        [Range(1, 10)]
        [Display(Name = "SampleLimit", Prompt = "N")]
        public int Limit { get; init; } = 7;

        [Range(0, 9)]
        [Display(Name = "SampleNumbers", Prompt = "N,…")]
        public IReadOnlyList<int> Numbers { get; init; } = Array.Empty<int>();

        [Range(1, 9)]
        [Display(Name = "SampleWeights", Prompt = "WEIGHTS")]
        public IReadOnlyDictionary<string, double>? Weights { get; init; }

        /// <summary>Not a setting.</summary>
        public int Other { get; init; }
    }
}
