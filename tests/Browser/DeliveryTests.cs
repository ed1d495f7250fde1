using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Browser.Harness;

namespace OrleansInference.Browser;

/// <summary>How the page's files are served; needs no browser.</summary>
public sealed partial class DeliveryTests
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/icon.svg", "image/svg+xml")]
    [InlineData("/styles/base.css", "text/css")]
    [InlineData("/scripts/main.js", "text/javascript")]
    public async Task Every_file_has_its_type_its_policy_and_a_tag_to_revalidate_with(string path, string type)
    {
        await using ScriptedService service = new();
        await using ServedModelServer server = await ServedModelServer.StartAsync(service, options => options.ApiKeys.Add(new() { Key = "a key that the page itself does not need" }));
        using HttpClient client = new() { BaseAddress = server.Address };
        using HttpResponseMessage first = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(type, first.Content.Headers.ContentType!.MediaType);
        Assert.True(first.Headers.CacheControl!.NoCache);
        Assert.Equal("nosniff", first.Headers.GetValues("X-Content-Type-Options").Single());
        string policy = first.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);

        using HttpRequestMessage again = new(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(first.Headers.ETag!.Tag));
        using HttpResponseMessage second = await client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        using HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(first.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Every_file_that_a_file_names_exists_and_none_lies_elsewhere()
    {
        await using ScriptedService service = new();
        await using ServedModelServer server = await ServedModelServer.StartAsync(service);
        using HttpClient client = new() { BaseAddress = server.Address };
        Queue<Uri> open = new([server.Address]);
        HashSet<Uri> seen = [server.Address];
        while (open.TryDequeue(out Uri? address))
        {
            string text = await client.GetStringAsync(address);
            Assert.DoesNotMatch(Elsewhere(), text);
            foreach (Match reference in Reference().Matches(text))
            {
                Uri target = new(address, reference.Groups["path"].Value);
                if (seen.Add(target))
                    open.Enqueue(target);
            }
        }

        Assert.True(seen.Count > 30, $"Only {seen.Count} files were found.");
    }

    [GeneratedRegex("""(?:(?:href|src)="(?<path>[\w./-]+)"|from "(?<path>[^"]+)")""")]
    private static partial Regex Reference();

    [GeneratedRegex("""(?:href|src|action)="(?:https?:)?//|url\(|@import|import\(""")]
    private static partial Regex Elsewhere();
}
