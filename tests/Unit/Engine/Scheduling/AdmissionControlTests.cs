using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Models;

namespace OrleansInference.Unit.Engine.Scheduling;

public sealed class AdmissionControlTests
{
    [Fact]
    public void The_queue_is_bounded_by_requests_and_by_prompt_tokens()
    {
        AdmissionControl admission = new(new() { MaxWaitingRequests = 3, MaxWaitingTokens = 100 });
        admission.Enter(Request(500)); // alone it may be longer
        Assert.Equal(ErrorCode.Overloaded, Refused(admission, Request(1)).Code);
        admission.Leave(Request(500));
        admission.Enter(Request(50));
        admission.Enter(Request(50));
        Assert.Contains("100 prompt tokens", Refused(admission, Request(1)).Message, StringComparison.Ordinal);
        admission.Leave(Request(50));
        admission.Enter(Request(10));
        admission.Enter(Request(10));
        Assert.Contains("3 requests", Refused(admission, Request(1)).Message, StringComparison.Ordinal);
        Assert.Equal(3, admission.Waiting);
    }

    [Fact]
    public void What_cannot_be_served_in_time_is_refused_with_the_time_to_wait()
    {
        AdmissionControl admission = new(new());
        for (int i = 0; i < 50; i++)
        {
            admission.Admitted(2, 0.01);
        }

        for (int i = 0; i < 10; i++)
        {
            admission.Enter(Request(100));
        }

        // Ten requests at 2 s and a thousand tokens at 10 ms.
        InferenceException error = Refused(admission, Request(1) with { Timeout = TimeSpan.FromSeconds(20) });
        Assert.Equal(ErrorCode.Overloaded, error.Code);
        Assert.InRange(error.RetryAfter!.Value.TotalSeconds, 29, 31);
        admission.Enter(Request(1) with { Timeout = TimeSpan.FromSeconds(40) });
        admission.Enter(Request(1));
    }

    private static InferenceException Refused(AdmissionControl admission, GenerationRequest request) =>
        Assert.Throws<InferenceException>(() => admission.Enter(request));

    private static GenerationRequest Request(int prompt) => new() { RequestId = "r", Prompt = new int[prompt], MaxTokens = 1 };
}
