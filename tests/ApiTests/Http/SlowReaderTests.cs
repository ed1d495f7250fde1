using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansInference.Api;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

public sealed class SlowReaderTests
{
    [Fact]
    public async Task AResponseThatIsNotReadHoldsNoMoreThanAPageOfMemory()
    {
        await using WebApplication app = InferenceServer.Build(new ScriptedService(), ScriptedService.Text, new ServerOptions { Port = 0 });
        Assert.Equal(4096, app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MaxResponseBufferSize);
    }
}
