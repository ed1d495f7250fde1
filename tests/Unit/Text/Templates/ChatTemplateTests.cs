using System.Text.Json.Nodes;
using OrleansInference.Text.Templates;
using static OrleansInference.Unit.Text.Templates.Rendering;

namespace OrleansInference.Unit.Text.Templates;

public sealed class ChatTemplateTests
{
    [Fact]
    public void Tokens_of_the_template_give_way_to_variables_of_the_same_name()
    {
        Assert.Equal("<s></s>", Render("{{ bos_token }}{{ eos_token }}"));
        Assert.Equal("B</s>", Render("{{ bos_token }}{{ eos_token }}", """{"bos_token": "B"}"""));
    }

    [Fact]
    public void An_absent_token_is_undefined()
        => Assert.Equal("False", ChatTemplate.Parse("{{ bos_token is defined }}", null, null).Render([]));

    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.0", "1.0")]
    [InlineData("1e2", "100.0")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("\"1\"", "'1'")]
    [InlineData("[true, null]", "[True, None]")]
    public void Variables_keep_their_types(string json, string representation)
        => Assert.Equal("[" + representation + "]", Render("{{ [x] }}", $$"""{"x": {{json}}}"""));

    [Fact]
    public void Variables_built_in_code_keep_their_types()
        => Assert.Equal("[1, 1.0, 2.5]", ChatTemplate.Parse("{{ x }}", null, null).Render(new JsonObject { ["x"] = new JsonArray(1, 1.0, 2.5) }));

    [Fact]
    public void Objects_keep_their_order()
        => Assert.Equal("""{"z": 1, "a": {"y": 2, "b": 3}}""", Render("{{ x | tojson }}", """{"x": {"z": 1, "a": {"y": 2, "b": 3}}}"""));

    [Fact]
    public void Methods_hide_keys_behind_a_dot_but_not_in_brackets()
        => Assert.Equal("dict_items([('items', 1)]) 1", Render("{{ x.items() }} {{ x['items'] }}", """{"x": {"items": 1}}"""));

    [Fact]
    public void The_time_is_the_clock_s()
        => Assert.Equal("2026-01-02 03:04:05", Render("{{ strftime_now('%Y-%m-%d %H:%M:%S') }}"));

    [Fact]
    public void Strings_count_code_points()
        => Assert.Equal("3 🙂 b🙂a", Render("{{ x | length }} {{ x[1] }} {{ x[::-1] }}", """{"x": "a🙂b"}"""));

    [Theory]
    [InlineData("a\r\nb\rc\n", "a\nb\nc")]
    [InlineData("a\n\n", "a\n")]
    public void Newlines_are_normalised_and_the_last_one_goes(string source, string text) => Assert.Equal(text, Render(source));

    [Fact]
    public void One_template_renders_on_many_threads()
    {
        ChatTemplate template = ChatTemplate.Parse("{% set ns = namespace(n=0) %}{% for i in range(100) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", null, null);
        Parallel.For(0, 64, _ => Assert.Equal("4950", template.Render([])));
    }
}
