using OrleansInference.Models;
using static OrleansInference.Unit.Text.Templates.Rendering;

namespace OrleansInference.Unit.Text.Templates;

public sealed class TemplateErrorTests
{
    [Fact]
    public void A_raised_message_is_passed_on_as_it_is()
        => Assert.Equal("roles must alternate, got user", Fail("\n{{ raise_exception('roles must alternate, got ' ~ 'user') }}").Message);

    [Theory]
    [InlineData("a\nb\n{{ missing.x }}", "line 3", "'missing' is undefined")]
    [InlineData("{% for x in [1] %}\n{{ x + 'a' }}\n{% endfor %}", "line 2", "'int' and 'str'")]
    [InlineData("a\n{% unknown %}", "line 2", "unknown tag 'unknown'")]
    [InlineData("a\n\n{{ 'abc }}", "line 3", "closing quote")]
    [InlineData("{% if x %}", "line 1", "endif")]
    [InlineData("{{ 1 | nope }}", "line 1", "No filter named 'nope'")]
    [InlineData("{% include 'x' %}", "line 1", "'include' is not supported")]
    [InlineData("{{ [1].append(2) }}", "line 1", "access to attribute 'append' of 'list' object is unsafe")]
    [InlineData("{{ {}.update({}) }}", "line 1", "access to attribute 'update' of 'dict' object is unsafe")]
    public void Errors_name_the_line_and_the_cause(string template, string line, string cause)
    {
        InferenceException failure = Fail(template);
        Assert.Contains(line, failure.Message, StringComparison.Ordinal);
        Assert.Contains(cause, failure.Message, StringComparison.Ordinal);
        Assert.Equal("chat_template", failure.Parameter);
    }

    [Fact]
    public void Repeated_names_among_the_variables_are_refused()
        => Assert.Contains("same name twice", Fail("{{ x }}", """{"x": {"a": 1, "a": 2}}""").Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_filter_in_a_branch_fails_only_when_it_is_reached()
    {
        Assert.Equal("ok", Render("{% if x %}{{ 1 | nope }}{% endif %}ok"));
        Fail("{% if x %}{{ 1 | nope }}{% endif %}ok", """{"x": true}""");
    }
}
