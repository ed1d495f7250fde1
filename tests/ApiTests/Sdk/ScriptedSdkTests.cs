using OrleansInference.ApiTests.Scripted;
using OrleansInference.Serving;

namespace OrleansInference.ApiTests.Sdk;

public sealed class ScriptedSdkTests : SdkContract
{
    private protected override IInferenceService Service { get; } = new ScriptedService();
}
