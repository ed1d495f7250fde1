using OrleansInference.Cluster.Planning;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Planning;

public sealed class PlanTests
{
    private const string Valid =
        """{"epoch":3,"layers":4,"pipelines":[{"stages":[{"device":"a","firstLayer":0,"endLayer":1},{"device":"b","firstLayer":1,"endLayer":4}]}]}""";

    [Fact]
    public void A_plan_survives_its_JSON()
    {
        Plan plan = Plan.FromJson(Valid);
        Assert.Equal(3, plan.Epoch);
        Assert.Equal(new PlannedStage("b", 1, 4), plan.Pipelines[0].Stages[1]);
        Assert.Equal(Valid, plan.ToJson());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"epoch":3,"layers":4,"pipelines":null}""")]
    [InlineData("""{"epoch":3,"layers":4,"pipelines":[]}""")]
    [InlineData("""{"epoch":3,"layers":4,"pipelines":[null]}""")]
    [InlineData("""{"epoch":3,"layers":4,"pipelines":[{"stages":[null]}]}""")]
    [InlineData("""{"epoch":3,"layers":4,"pipelines":[{"stages":[{"device":null,"firstLayer":0,"endLayer":4}]}]}""")]
    [InlineData("""{"epoch":3,"layers":4,"pipelines":[{"stages":[{"device":"a","firstLayer":0,"endLayer":3}]}]}""")]
    [InlineData("""{"epoch":3,"layers":4,"pipelines":[{"stages":[{"device":"a","firstLayer":0,"endLayer":5}]}]}""")]
    [InlineData("""{"epoch":3,"layers":4,"pipelines":[{"stages":[{"device":"a","firstLayer":0,"endLayer":2},{"device":"a","firstLayer":2,"endLayer":4}]}]}""")]
    public void A_wrong_plan_is_refused(string json) =>
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Throws<InferenceException>(() => Plan.FromJson(json)).Code);

    [Fact]
    public void Mutilated_plans_are_read_or_refused_but_never_crash() => Seeded.Run(random =>
    {
        for (int round = 0; round < 3000; round++)
        {
            char[] text = Valid.ToCharArray();
            for (int change = random.Next(1, 4); change > 0; change--)
                text[random.Next(text.Length)] = "{}[],:\"0123456789-e.abnu\\ "[random.Next(26)];
            try
            {
                Assert.NotEmpty(Plan.FromJson(new string(text, 0, random.Next(text.Length + 1))).Pipelines);
            }
            catch (InferenceException exception)
            {
                Assert.Equal(ErrorCode.InvalidRequest, exception.Code);
            }
        }
    });
}
