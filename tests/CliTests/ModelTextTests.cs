using System.Text.Json;

namespace OrleansInference.CliTests;

public sealed class ModelTextTests
{
    [Fact]
    public async Task Tokenizes_there_and_back()
    {
        const string Texts = """["What is 123 + 456?", "", "<think>你好</think>\n"]""";
        CliResult result = await CliProcess.RunAsync(["model", "tokenize", "--model", CliProcess.Demo, "--json"], Texts);
        Assert.Equal(
            JsonSerializer.Deserialize<string[]>(Texts)!,
            result.Json().EnumerateArray().Select(item => item.GetProperty("decoded").GetString()));
        Assert.Equal(0, result.Json()[1].GetProperty("ids").GetArrayLength());
    }

    [Fact]
    public async Task A_folder_needs_no_more_than_the_tokenizer_and_special_adds_the_post_processors_tokens()
    {
        string model = CliProcess.Golden("text/tokenizers/llama3");
        int plain = (await CliProcess.RunAsync(["model", "tokenize", "--model", model, "--json"], """["a"]""")).Json()[0].GetProperty("ids").GetArrayLength();
        int special = (await CliProcess.RunAsync(["model", "tokenize", "--model", model, "--json", "--special"], """["a"]""")).Json()[0].GetProperty("ids").GetArrayLength();
        Assert.Equal(plain + 1, special);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    [InlineData("[\"\\ud800\"]")]
    [InlineData("[\"open")]
    public async Task Texts_that_are_none_are_an_error(string input)
    {
        CliResult result = await CliProcess.RunAsync(["model", "tokenize", "--model", CliProcess.Demo, "--json"], input);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("array of strings", result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renders_the_prompt_of_a_conversation()
    {
        CliResult result = await CliProcess.RunAsync(
            ["model", "render", "--model", CliProcess.Demo, "--json"], """{"messages":[{"role":"user","content":"Hi"}],"add_generation_prompt":true}""");
        Assert.Equal("<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><think>\n", result.Json().GetProperty("text").GetString());
    }

    [Fact]
    public async Task Further_keys_are_the_templates_variables()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "chat_template.jinja"), "{{ messages[0].content }}{{ mood }}{{ tools | length }}");
        CliResult result = await CliProcess.RunAsync(
            ["model", "render", "--model", folder.Path, "--json"], """{"messages":[{"role":"user","content":"Hi"}],"mood":"!","tools":[{},{}]}""");
        Assert.Equal("Hi!2", result.Json().GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("{% for i in range(1000000000) %}{% for j in range(1000000000) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ raise_exception('no system message, please') }}")]
    [InlineData("{% if %}")]
    public async Task A_hostile_template_is_an_error(string template)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "chat_template.jinja"), template);
        CliResult result = await CliProcess.RunAsync(["model", "render", "--model", folder.Path, "--json"], """{"messages":[]}""");
        Assert.Equal(1, result.ExitCode);
        Assert.NotEmpty(result.Error());
    }

    [Fact]
    public async Task A_folder_without_a_template_says_so()
    {
        using TemporaryFolder folder = new();
        CliResult result = await CliProcess.RunAsync(["model", "render", "--model", folder.Path, "--json"], """{"messages":[]}""");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("chat_template", result.Error(), StringComparison.Ordinal);
    }
}
