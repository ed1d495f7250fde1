using System.Net;
using System.Text;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>HTTP listens before the node has joined its cluster, and serves nothing until then.</summary>
public sealed class StartGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task While_a_node_joins_it_answers_that_it_is_alive_and_nothing_else()
    {
        using HoldingWriter writer = new("Listening on ");
        NodeOptions options = new() { Http = new() { Port = 0 }, Compute = new() { Threads = 1, PackedFolder = "" } };
        Task<SiloNode> starting = Task.Run(() => SiloNode.StartAsync(options.Resolve(), new StartOutput(writer, isTerminal: false)));
        string line = await writer.Held.WaitAsync(Patience);
        string url = line.Split(' ', ';')[2];
        using HttpClient http = new() { BaseAddress = new Uri(url) };
        try
        {
            Assert.Equal(HttpStatusCode.OK, await GetAsync(http, "alive"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetAsync(http, "health"));
            foreach (string path in (string[])["", "v1/models", "metrics", "admin/cluster", "nowhere"])
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetAsync(http, path));
            }

            using StringContent question = new("""{"model": "demo", "messages": [{"role": "user", "content": "What is 1 + 1?"}]}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage refused = await http.PostAsync(new Uri("v1/chat/completions", UriKind.Relative), question);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains("has not joined its cluster yet", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.False(starting.IsCompleted);
        }
        finally
        {
            writer.Release();
        }

        await using SiloNode node = await starting.WaitAsync(Patience);
        Assert.Equal(url, node.Url);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(http, "v1/models"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(http, ""));
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient http, string path)
    {
        using HttpResponseMessage answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    /// <summary>Holds who writes a line that begins with these words.</summary>
    private sealed class HoldingWriter(string words) : StringWriter
    {
        private readonly TaskCompletionSource<string> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _go = new();

        public Task<string> Held => _held.Task;

        public void Release() => _go.Set();

        public override void WriteLine(string? value)
        {
            if (value!.StartsWith(words, StringComparison.Ordinal))
            {
                _held.TrySetResult(value);
                _go.Wait(Patience);
            }
        }

        protected override void Dispose(bool disposing)
        {
            _go.Dispose();
            base.Dispose(disposing);
        }
    }
}
