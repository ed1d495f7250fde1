using OrleansInference.Models;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit.Text.Tokenization;

public sealed class TokenizerConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tokenizer-config").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void An_empty_folder_says_nothing()
    {
        TokenizerConfig config = TokenizerConfig.Load(_directory);
        Assert.Null(config.BeginToken);
        Assert.Null(config.ChatTemplate);
        Assert.Null(config.AddBeginToken);
    }

    [Fact]
    public void Tokens_are_strings_or_objects()
    {
        Write("tokenizer_config.json", """{"bos_token":"<s>","eos_token":{"__type":"AddedToken","content":"</s>","lstrip":false},"add_bos_token":true,"model_max_length":1e30,"chat_template":"{{ x }}"}""");
        TokenizerConfig config = TokenizerConfig.Load(_directory);
        Assert.Equal("<s>", config.BeginToken);
        Assert.Equal("</s>", config.EndToken);
        Assert.True(config.AddBeginToken);
        Assert.Null(config.MaxLength);
        Assert.Equal("{{ x }}", config.ChatTemplate);
    }

    [Fact]
    public void Named_templates_are_kept_and_the_template_file_wins()
    {
        Write("tokenizer_config.json", """{"chat_template":[{"name":"default","template":"a"},{"name":"tool_use","template":"b"}],"model_max_length":4096}""");
        Assert.Equal("a", TokenizerConfig.Load(_directory).ChatTemplate);
        Write("chat_template.jinja", "c");
        TokenizerConfig config = TokenizerConfig.Load(_directory);
        Assert.Equal("c", config.ChatTemplate);
        Assert.Equal("b", config.ChatTemplates["tool_use"]);
        Assert.Equal(4096, config.MaxLength);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"bos_token":1}""")]
    [InlineData("""{"chat_template":{}}""")]
    [InlineData("""{"model_max_length":"long"}""")]
    public void A_wrong_file_is_named(string json)
    {
        Write("tokenizer_config.json", json);
        var exception = Assert.Throws<InferenceException>(() => TokenizerConfig.Load(_directory));
        Assert.Equal(ErrorCode.InvalidTokenizer, exception.Code);
        Assert.Contains("tokenizer_config.json", exception.Message, StringComparison.Ordinal);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory, name), text);
}
