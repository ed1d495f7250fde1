using OrleansInference.Compute;

namespace OrleansInference.Unit.Compute;

public sealed class StepBatchTests
{
    [Fact]
    public void Slices_lie_one_after_another_however_many_there_are()
    {
        Random random = new(6);
        StepBatch batch = new();
        for (int round = 0; round < 3; round++)
        {
            batch.Clear();
            List<int> tokens = [];
            List<int> pages = [];
            int logitRows = 0;
            for (int i = 0; i < 200; i++)
            {
                int start = random.Next(100);
                int[] slice = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(1000))];
                int[] table = [.. Enumerable.Range(0, KvLayout.PagesFor(start + slice.Length)).Select(_ => random.Next(1000))];
                var logits = (LogitRows)random.Next(3);
                batch.Add(slice, start, table, logits);
                SequenceSlice expected = new(start, slice.Length, tokens.Count, pages.Count, table.Length, logitRows, logits);
                Assert.Equal(expected, batch.Slices[i]);
                tokens.AddRange(slice);
                pages.AddRange(table);
                logitRows += logits switch { LogitRows.None => 0, LogitRows.Last => 1, _ => slice.Length };
            }

            Assert.Equal(tokens, batch.Tokens.ToArray());
            Assert.Equal(pages, batch.Pages.ToArray());
            Assert.Equal((tokens.Count, logitRows), (batch.RowCount, batch.LogitRowCount));
        }

        batch.Clear();
        Assert.Equal((0, 0, 0), (batch.RowCount, batch.LogitRowCount, batch.Slices.Length));
    }

    [Theory]
    [InlineData(0, 0, 1, "tokens")]
    [InlineData(1, -1, 1, "start")]
    [InlineData(1, 0, 0, "pages")]
    [InlineData(2, 15, 1, "pages")]
    [InlineData(17, 0, 1, "pages")]
    [InlineData(3, int.MaxValue - 1, 1, "pages")]
    public void A_slice_that_its_pages_do_not_hold_is_refused(int tokens, int start, int pages, string parameter)
    {
        StepBatch batch = new();
        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(new int[tokens], start, new int[pages], LogitRows.Last));
        Assert.Equal(parameter, refused.ParamName);
        Assert.Equal((0, 0, 0), (batch.RowCount, batch.Pages.Length, batch.Slices.Length));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(16, 1)]
    [InlineData(17, 2)]
    public void A_page_holds_sixteen_tokens(int tokens, int pages) => Assert.Equal(pages, KvLayout.PagesFor(tokens));
}
