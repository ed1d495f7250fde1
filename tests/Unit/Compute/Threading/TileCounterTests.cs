using OrleansInference.Compute.Threading;

namespace OrleansInference.Unit.Compute.Threading;

public sealed class TileCounterTests
{
    [Fact]
    public void Tiles_are_handed_out_in_their_order_and_once()
    {
        TileCounter counter = default;
        foreach (int tiles in (int[])[1, 2, 5, 0, 3])
        {
            counter.Begin(tiles);
            for (int expected = 0; expected < tiles; expected++)
            {
                Assert.Equal(expected, counter.NextTile);
                Assert.True(counter.Left);
                Assert.True(counter.TryClaim(out int tile));
                Assert.Equal(expected, tile);
            }

            Assert.False(counter.Left);
            Assert.False(counter.TryClaim(out _));
        }
    }

    [Fact]
    public void Who_comes_when_the_next_work_has_begun_gets_a_tile_of_that_one()
    {
        TileCounter counter = default;
        counter.Begin(40);
        Assert.True(counter.Left);
        Assert.Equal(40, counter.ClaimRest());
        counter.Begin(2);
        Assert.True(counter.TryClaim(out int first));
        Assert.True(counter.TryClaim(out int second));
        Assert.False(counter.TryClaim(out _));
        Assert.Equal((0, 1), (first, second));
    }

    [Fact]
    public void Nothing_can_be_claimed_of_work_that_the_caller_does_alone()
    {
        TileCounter counter = default;
        counter.Alone(3);
        Assert.Equal(3, counter.NextTile);
        Assert.False(counter.Left);
        Assert.False(counter.TryClaim(out _));
    }

    [Fact]
    public void The_rest_is_taken_once()
    {
        TileCounter counter = default;
        counter.Begin(7);
        Assert.True(counter.TryClaim(out _));
        Assert.Equal(6, counter.ClaimRest());
        Assert.Equal(0, counter.ClaimRest());
        Assert.False(counter.TryClaim(out _));
    }

    [Fact]
    public void The_caller_is_woken_by_who_ends_the_last_tile_that_it_waits_for()
    {
        TileCounter counter = default;
        counter.Begin(5);
        Assert.False(counter.Finish(1));
        counter.Await(4);
        Assert.True(counter.IsAwaited);
        Assert.False(counter.Finish(1));
        Assert.False(counter.Finish(1));
        Assert.True(counter.Finish(1));
        counter.Await(0);
        Assert.Equal(4, counter.Done);
        counter.Begin(2);
        Assert.Equal(0, counter.Done);
        Assert.False(counter.Finish(1));
    }

    [Fact]
    public async Task Claims_of_many_threads_and_one_that_takes_the_rest_add_up()
    {
        const int Tiles = 1000;
        for (int round = 0; round < 200; round++)
        {
            Shared shared = new();
            shared.Counter.Begin(Tiles);
            int[] taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            {
                int count = 0;
                while (shared.Counter.TryClaim(out int tile))
                {
                    count++;
                    if (tile == 500 + round)
                    {
                        return count + shared.Counter.ClaimRest();
                    }
                }

                return count;
            })));
            Assert.Equal(Tiles, taken.Sum());
        }
    }

    private sealed class Shared
    {
        public TileCounter Counter;
    }
}
