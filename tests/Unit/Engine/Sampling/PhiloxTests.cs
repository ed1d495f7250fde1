using OrleansInference.Engine.Sampling;

namespace OrleansInference.Unit.Engine.Sampling;

public sealed class PhiloxTests
{
    /// <summary>The known answers that the authors publish with their library Random123.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Gives_the_published_answers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3) =>
        Assert.Equal(new Philox.Block(r0, r1, r2, r3), Philox.Generate(new(c0, c1, c2, c3), k0, k1));

    [Fact]
    public void Seed_choice_and_position_each_give_other_draws()
    {
        HashSet<ulong> draws = [];
        foreach (ulong seed in new ulong[] { 0, 1, 1UL << 32, ulong.MaxValue })
        {
            for (int choice = 0; choice < 8; choice++)
            {
                for (int position = 0; position < 64; position++)
                {
                    Assert.True(draws.Add(Philox.Draw(seed, choice, position)));
                }
            }
        }
    }
}
