using OrleansInference.Text.Templates;
using static OrleansInference.Unit.Text.Templates.Rendering;

namespace OrleansInference.Unit.Text.Templates;

public sealed class TemplateLimitTests
{
    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ 'a' * 10**9 }}")]
    [InlineData("{{ 'a' * 10**12 }}")]
    [InlineData("{{ 2**100000 }}")]
    [InlineData("{% set ns=namespace(s='aa') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns=namespace(s='aa') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("{{ 'a'.center(10**9) }}")]
    [InlineData("{{ '%999999999d' % 5 }}")]
    [InlineData("{{ '{:999999999}'.format(5) }}")]
    [InlineData("{{ '%.999999999f' % 5.0 }}")]
    [InlineData("{{ range(10**9) }}")]
    [InlineData("{{ [0]*10**9 }}")]
    [InlineData("{{ ('a'*1000000)|list|join('b'*100000) }}")]
    [InlineData("{{ 'a'|indent(10**9) }}")]
    [InlineData("{{ [1]|tojson(indent=10**9) }}")]
    [InlineData("{{ ('a'*1000000).replace('', 'b'*1000) }}")]
    [InlineData("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}")]
    [InlineData("{% macro a(f) %}{{ f(f) }}{% endmacro %}{{ a(a) }}")]
    [InlineData("{% set ns=namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l=[ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns=namespace(l=[1]) %}{% for i in range(100000) %}{% set ns.l=ns.l|map('string') %}{% endfor %}{{ ns.l|list }}")]
    [InlineData("{% set ns=namespace() %}{% set ns.x=ns %}{{ ns }}")]
    [InlineData("{% set ns=namespace(t=(1,2)) %}{% for i in range(60) %}{% set ns.t=(ns.t,ns.t) %}{% endfor %}{{ ns.t }}")]
    [InlineData("{% set ns=namespace(t=(1,2),u=(1,2)) %}{% for i in range(60) %}{% set ns.t=(ns.t,ns.t) %}{% set ns.u=(ns.u,ns.u) %}{% endfor %}{{ ns.t==ns.u }}")]
    [InlineData("{% set ns=namespace(t=(1,2)) %}{% for i in range(60) %}{% set ns.t=(ns.t,ns.t) %}{% endfor %}{{ {ns.t:1} }}")]
    [InlineData("{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}")]
    [InlineData("{{ ('a'*1000000+'b') in ('a'*4000000) }}")]
    [InlineData("{{ ('a'*4000000).count('a'*1000000+'b') }}")]
    [InlineData("{% set s='a'*1000000 %}{% for i in range(100000) %}{% if s|upper == s %}{% endif %}{% endfor %}")]
    [InlineData("{{ 10**4000 * 10**4000 }}")]
    [InlineData("{{ 'x'|batch(10**9, 'y')|list|length }}")]
    [InlineData("{{ [1]|slice(10**9)|list|length }}")]
    [InlineData("{{ 'a'.zfill(10**9) }}")]
    [InlineData("{{ 'a\t'.expandtabs(10**9) }}")]
    [InlineData("{{ 'a'.ljust(10**20) }}")]
    [InlineData("{{ 1e308|round(1000000) }}")]
    [InlineData("{{ 'a'*-10**30 }}")]
    [InlineData("{% set ns=namespace(d={}) %}{% for i in range(100000) %}{% set ns.d=dict(ns.d, **{i|string: i}) %}{% endfor %}")]
    [InlineData("{% set ns=namespace(s='') %}{% for i in range(100000) %}{% set ns.s=ns.s+'abcdefghij' %}{% endfor %}{{ ns.s|length }}")]
    public void Hostile_templates_end_with_an_error(string template)
        => Fail(template, limits: new TemplateLimits { MaxSteps = 500_000, MaxOutputLength = 2 << 20, MaxAllocation = 8 << 20 });

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "", "]", " }}")]
    [InlineData("{{ ", "{1:", "1", "}", " }}")]
    [InlineData("{{ ", "-", "1", "", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "a(", "", ")", " }}")]
    [InlineData("{{ ", "a[", "1", "]", " }}")]
    [InlineData("{{ a", ".a", "", "", " }}")]
    [InlineData("{{ a", " | e", "", "", " }}")]
    [InlineData("{{ a", " is defined", "", "", " }}")]
    [InlineData("{{ a", " if 1 else 1", "", "", " }}")]
    [InlineData("", "{% if 1 %}", "", "{% endif %}", "")]
    [InlineData("", "{% for x in y %}", "", "{% endfor %}", "")]
    [InlineData("", "{% call a() %}", "", "{% endcall %}", "")]
    [InlineData("{% set ", "(", "a", ")", " = 1 %}")]
    public void Deep_nesting_ends_with_an_error(string before, string open, string middle, string close, string after)
    {
        const int Depth = 20_000;
        Fail(before + string.Concat(Enumerable.Repeat(open, Depth)) + middle + string.Concat(Enumerable.Repeat(close, Depth)) + after);
    }

    [Fact]
    public void A_long_sum_is_no_deep_one() => Assert.Equal("20001", Render("{{ 1" + string.Concat(Enumerable.Repeat("+1", 20_000)) + " }}"));

    [Fact]
    public void Deep_variables_end_with_an_error()
        => Assert.Contains("nested deeper", Fail("{{ x }}", "{\"x\": " + new string('[', 60) + new string(']', 60) + "}", new TemplateLimits { MaxDepth = 50 }).Message, StringComparison.Ordinal);

    [Fact]
    public void Limits_are_named_in_the_error()
    {
        const string Loop = "\n{% for i in range(1000) %}{{ 'abcdefghij' }}{% endfor %}";
        Assert.Contains("line 2: the rendering exceeds the limit of 100 steps", Fail(Loop, limits: new TemplateLimits { MaxSteps = 100 }).Message, StringComparison.Ordinal);
        Assert.Contains("limit of 500 characters", Fail(Loop, limits: new TemplateLimits { MaxOutputLength = 500 }).Message, StringComparison.Ordinal);
        Assert.Contains("limit of 700 characters", Fail(Loop, limits: new TemplateLimits { MaxAllocation = 700 }).Message, StringComparison.Ordinal);
        Assert.Contains("limit of 20", Fail(Loop, limits: new TemplateLimits { MaxSourceLength = 20 }).Message, StringComparison.Ordinal);
        Assert.Contains("(9)", Fail(Loop, limits: new TemplateLimits { MaxRange = 9 }).Message, StringComparison.Ordinal);
    }
}
