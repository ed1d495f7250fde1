using System.IO.Pipelines;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

/// <summary>A connection whose end shows in a write before the request's own token tells of it.</summary>
public sealed class BrokenWriteTests
{
    [Fact]
    public async Task A_stream_that_can_be_resumed_is_left_and_not_cancelled()
    {
        ResumableService service = new(new ScriptedService { Answer = static (_, _) => "abcdef" });
        await using ApiFixture api = await ApiFixture.StartAsync(service, services: static services => services.AddSingleton<IStartupFilter, BrokenWrites>());
        using HttpRequestMessage request = new(HttpMethod.Post, Wire.Completions) { Content = new StringContent(Wire.Complete("\"stream\":true"), MediaTypeHeaderValue.Parse("application/json")) };
        using HttpResponseMessage response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
        Assert.True(await service.Generations.Single().Ended.Task);
    }

    private sealed class BrokenWrites : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(static (context, rest) =>
            {
                IHttpResponseBodyFeature body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
                context.Features.Set<IHttpResponseBodyFeature>(new BrokenBody(body));
                return rest(context);
            });
            next(app);
        };
    }

    /// <summary>Passes three flushes, and reports the next one as that of a connection that has ended.</summary>
    private sealed class BrokenBody(IHttpResponseBodyFeature inner) : PipeWriter, IHttpResponseBodyFeature
    {
        private int _flushes;

        public Stream Stream => inner.Stream;

        public PipeWriter Writer => this;

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            FlushResult result = await inner.Writer.FlushAsync(cancellationToken);
            return ++_flushes > 3 ? new FlushResult(isCanceled: false, isCompleted: true) : result;
        }

        public override void Advance(int bytes) => inner.Writer.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.Writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.Writer.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.Writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Writer.Complete(exception);

        public void DisableBuffering() => inner.DisableBuffering();

        public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => inner.SendFileAsync(path, offset, count, cancellationToken);

        public Task CompleteAsync() => inner.CompleteAsync();
    }
}
