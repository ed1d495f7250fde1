using OrleansInference.Engine.Scheduling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Unit.Engine.Scheduling;

public sealed class StepTimeModelTests
{
    [Fact]
    public void It_learns_what_steps_cost_and_follows_a_change()
    {
        Seeded.Run(random =>
        {
            StepTimeModel model = new(TimeSpan.FromMilliseconds(100));
            foreach (double speed in new[] { 1.0, 0.5, 2.0 })
            {
                for (int i = 0; i < 600; i++)
                {
                    int rows = random.Next(1, 30);
                    double attended = rows * random.Next(10, 4000);
                    int prompt = random.Next(3) == 0 ? random.Next(1, 400) : 0;
                    double position = random.Next(0, 3000);
                    double seconds = (0.05 + (0.004 * rows) + (attended * 1e-7) + (prompt * (0.001 + (position * 1e-7)))) * speed;
                    model.Observe(new StepLoad(rows, attended, prompt, prompt * position), seconds * (0.97 + (random.NextDouble() * 0.06)));
                }

                Near(0.05 + (0.004 * 16), model.Decode(16, 0) / speed);
                Near(0.05 + (0.004 * 8) + (1e-7 * 16000), model.Decode(8, 16000) / speed);
                Near(0.001 + (1e-7 * 1000), model.PromptToken(1000) / speed);
                Near(20, model.RowsWithin(speed * (0.05 + (20 * 0.004) + (20 * 1e-4)), 1000));
            }
        });

        static void Near(double expected, double actual) => Assert.InRange(actual, expected * 0.8, expected * 1.2);
    }

    [Fact]
    public void A_cost_is_never_negative_whatever_is_observed()
    {
        Seeded.Run(random =>
        {
            StepTimeModel model = new(TimeSpan.FromMilliseconds(100));
            for (int i = 0; i < 2000; i++)
            {
                model.Observe(new StepLoad(random.Next(40), random.Next(10000), random.Next(2) * random.Next(500), random.Next(100000)), random.NextDouble());
                Assert.True(model.Row >= 0 && model.Decode(3, 5) >= 0 && model.PromptToken(100) > 0 && model.Price(4, 100) is >= 0 and <= 4);
            }
        });
    }

    [Fact]
    public void One_step_that_was_held_up_hardly_changes_what_is_expected()
    {
        StepTimeModel model = new(TimeSpan.FromMilliseconds(200));
        for (int i = 0; i < 40; i++)
        {
            model.Observe(new StepLoad { Rows = 8, Attended = 800 }, 0.04);
            model.Observe(new StepLoad { Rows = 8, Attended = 800, PromptTokens = 50, PromptAttended = 50 * 25.5 }, 0.14);
        }

        model.Observe(new StepLoad { Rows = 8, Attended = 800 }, 4);
        model.Observe(new StepLoad { Rows = 8, Attended = 800, PromptTokens = 50, PromptAttended = 50 * 25.5 }, 4);
        Assert.InRange(model.Decode(8, 800), 0.04, 0.044);
        Assert.InRange(model.PromptToken(25), 0.0019, 0.0022);
    }

    [Fact]
    public void Short_prompts_cost_what_their_tokens_do_from_the_first_on()
    {
        // The first steps of fifty requests with prompts of eight tokens, as a real server's took. Some chunks end within a prompt: what tokens look at is hardly
        // more than their number.
        (double Seconds, int Rows, int Prompt)[] first =
        [
            (0.068, 0, 8), (0.064, 1, 0), (0.045, 0, 8), (0.085, 1, 28), (0.358, 3, 74), (0.082, 12, 16), (0.089, 14, 18), (0.112, 17, 24), (0.120, 19, 29), (0.508, 22, 35),
            (0.159, 27, 40), (0.234, 31, 54), (0.348, 37, 82), (0.166, 47, 16), (0.149, 49, 8), (0.203, 49, 0), (0.141, 49, 8), (0.126, 50, 0), (0.128, 50, 0),
        ];
        StepTimeModel model = new(TimeSpan.FromMilliseconds(200));
        int begun = 0; // tokens of the prompt that the last chunk ended in
        foreach ((double seconds, int rows, int prompt) in first.Concat(Enumerable.Repeat<(double, int, int)[]>([(0.03, 8, 0), (0.051, 8, 8)], 100).SelectMany(static steps => steps)))
        {
            double attended = 0;
            for (int i = 0; i < prompt; i++)
            {
                begun = (begun % 8) + 1;
                attended += begun;
            }

            model.Observe(new StepLoad(rows, rows * 60, prompt, attended), seconds);
        }

        Assert.InRange(model.PromptToken(0), 0.002, 0.003);
    }

    [Fact]
    public void A_machine_that_gets_slower_is_noticed()
    {
        StepTimeModel model = new(TimeSpan.FromMilliseconds(200));
        for (int i = 0; i < 600; i++)
        {
            model.Observe(new StepLoad { Rows = 8, Attended = 800 }, i < 50 ? 0.04 : 0.4);
        }

        Assert.InRange(model.Decode(8, 800), 0.35, 0.42);
    }
}
