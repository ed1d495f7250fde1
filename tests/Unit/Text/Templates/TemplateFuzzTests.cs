using System.Globalization;
using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Text.Templates;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Text.Templates;

/// <summary>Whatever the template and the variables are, the outcome is a text or an <see cref="InferenceException"/>.</summary>
public sealed class TemplateFuzzTests(ITestOutputHelper output)
{
    private const int Rounds = 4_000;

    private static readonly TemplateLimits Limits = new() { MaxSteps = 20_000, MaxAllocation = 200_000, MaxOutputLength = 50_000 };

    private static readonly string[] Seeds =
    [
        "{% for m in messages if m.role != 'x' %}{{ loop.index }}{{ m.content | trim | default('', true) }}{% else %}none{% endfor %}",
        "{%- macro f(a, b=1) -%}{{ a }}{{ b }}{{ caller() if caller }}{{ varargs }}{{ kwargs }}{%- endmacro -%}{{ f(1, 2, 3, k=4) }}{% call f(x) %}y{% endcall %}",
        "{% set ns = namespace(a=[1, 2.5, 'x']) %}{% set ns.a = ns.a[::-1] + [none] %}{{ ns.a | tojson(indent=2) }}{{ '%5.2f|%s' % (2.5, x) }}",
        "{{ '{:>5}{a!r}'.format(1, a=x) }}{{ messages | groupby('role') | map(attribute='list') | list }}{{ x | replace('a', '') | upper | center(9) }}",
        "{% with a = x %}{% filter upper %}{{ a ~ 1 }}{% endfilter %}{% endwith %}{% raw %}{{ }}{% endraw %}{# c #}{% set b %}{{ x }}{% endset %}{{ b.split('a', 1) }}",
        "{% for a, b in d.items() recursive %}{{ loop(b) if b is mapping }}{{ a }}{% if loop.last %}{% break %}{% endif %}{% endfor %}{{ 7 // 2 ** -1 % 3 }}",
    ];

    private static readonly string[] Pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", "|", ".", ",", ":", "~", "**", "//", "%", "<=", "in", "is", "not", "if",
        "else", "for", "endfor", "set", "0", "1", "-1", "1.5", "99999999999999999999", "x", "messages", "loop", "none", "true", "range(9)", "sort", "join", "items", "\n", "é", "🙂",
        "\ud800", "\0",
    ];

    [Fact]
    public void Mutated_templates_render_or_fail_clearly()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        var random = new Random(seed);
        int rendered = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string template = Mutate(Seeds[random.Next(Seeds.Length)], random);
            try
            {
                Assert.True(ChatTemplate.Parse(template, "<s>", null, limits: Limits).Render(Variables(random)).Length <= Limits.MaxOutputLength);
                rendered++;
            }
            catch (InferenceException failure)
            {
                Assert.Equal(ErrorCode.InvalidTemplate, failure.Code);
            }
            catch (Exception unexpected)
            {
                Assert.Fail($"Seed {seed}, round {round}, template {template}: {unexpected}");
            }
        }

        Assert.True(rendered > 0);
    }

    private static string Mutate(string template, Random random)
    {
        for (int i = random.Next(6); i > 0; i--)
        {
            int at = random.Next(template.Length + 1);
            int length = Math.Min(random.Next(6), template.Length - at);
            template = random.Next(3) switch
            {
                0 => template.Remove(at, length),
                1 => template.Insert(at, Pieces[random.Next(Pieces.Length)]),
                _ => template.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]),
            };
        }

        return template;
    }

    private static JsonObject Variables(Random random) => new()
    {
        ["messages"] = new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => (JsonNode)new JsonObject { ["role"] = Any(random, 2), ["content"] = Any(random, 2) })]),
        ["x"] = Any(random, 3),
        ["d"] = Any(random, 3),
    };

    private static JsonNode? Any(Random random, int depth) => random.Next(depth > 0 ? 9 : 7) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(-3, 1000),
        3 => random.NextDouble() * 100,
        4 => "user",
        5 => "aXa 🙂",
        6 => "",
        7 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Any(random, depth - 1))]),
        _ => new JsonObject { ["a"] = Any(random, depth - 1), ["items"] = Any(random, depth - 1) },
    };
}
