using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;

namespace OrleansInference.SimulationTests.Actors;

public sealed class JournalTests
{
    private const int Width = 2;

    [Fact]
    public void Rows_come_back_by_page_and_place()
    {
        HiddenJournal journal = new(new JournalBudget(8), Width);
        Record(journal, 0, 20, [3, 5]);
        Assert.True(journal.Holds([3, 5], 0, 20));
        float[] rows = journal.Read([3, 5], 0, 20);
        Assert.Equal(Enumerable.Range(0, 40).Select(static value => (float)value), rows);
    }

    [Fact]
    public void A_piece_is_held_and_read_alone()
    {
        HiddenJournal journal = new(new JournalBudget(8), Width);
        Record(journal, 0, 40, [3, 5, 4]);
        journal.Copy(9, 3); // gives up page 3
        Assert.False(journal.Holds([3, 5, 4], 0, 40));
        Assert.True(journal.Holds([3, 5, 4], 16, 40));
        Assert.True(journal.Holds([3, 5, 4], 20, 39));
        Assert.False(journal.Holds([3, 5, 4], 15, 40));
        Assert.False(journal.Holds([3, 5, 4], 20, 41));
        Assert.Equal(Enumerable.Range(40, 38).Select(static value => (float)value), journal.Read([3, 5, 4], 20, 39));
    }

    [Fact]
    public void A_row_that_was_never_sent_is_missing()
    {
        HiddenJournal journal = new(new JournalBudget(8), Width);
        Record(journal, 0, 5, [3]);
        Record(journal, 6, 4, [3]);
        Assert.True(journal.Holds([3], 0, 5));
        Assert.False(journal.Holds([3], 0, 6));
        Assert.False(journal.Holds([4], 0, 1));
    }

    [Fact]
    public void The_budget_costs_the_page_written_longest_ago()
    {
        HiddenJournal journal = new(new JournalBudget(2), Width);
        Record(journal, 0, 16, [1]);
        Record(journal, 0, 16, [2]);
        Record(journal, 0, 1, [1]);
        Record(journal, 0, 16, [3]);
        Assert.True(journal.Holds([1], 0, 16));
        Assert.False(journal.Holds([2], 0, 1));
        Assert.True(journal.Holds([3], 0, 16));
    }

    [Fact]
    public void The_budget_is_that_of_all_journals_together()
    {
        JournalBudget budget = new(3);
        HiddenJournal one = new(budget, Width);
        HiddenJournal other = new(budget, Width);
        Record(one, 0, 16, [1]);
        Record(other, 0, 16, [1]);
        Record(one, 0, 16, [2]);
        Record(other, 0, 16, [2]);
        Assert.Equal(3, budget.Pages);
        Assert.False(one.Holds([1], 0, 1));
        Assert.True(other.Holds([1], 0, 16));
        Assert.True(one.Holds([2], 0, 16));
        one.Copy(9, 2); // gives up page 2
        other.Clear();
        Assert.Equal(0, budget.Pages);
    }

    [Fact]
    public void A_journal_that_comes_to_a_budget_takes_what_is_left_of_it_and_of_the_oldest()
    {
        JournalBudget budget = new(2);
        HiddenJournal here = new(budget, Width);
        Record(here, 0, 16, [1]);
        Record(here, 0, 16, [2]);
        JournalBudget before = new(8);
        HiddenJournal comes = new(before, Width);
        Record(comes, 0, 16, [7]);
        comes.MoveTo(budget);
        Assert.Equal((0, 2), (before.Pages, budget.Pages));
        Assert.False(here.Holds([1], 0, 1));
        Assert.True(here.Holds([2], 0, 16));
        Assert.True(comes.Holds([7], 0, 16));
        Record(comes, 0, 1, [7]);
        Record(here, 0, 1, [3]);
        Assert.False(here.Holds([2], 0, 1));
    }

    [Fact]
    public void Without_a_budget_nothing_is_kept()
    {
        HiddenJournal journal = new(new JournalBudget(0), Width);
        Record(journal, 0, 1, [1]);
        Assert.False(journal.Holds([1], 0, 1));
    }

    [Fact]
    public void A_copied_page_takes_its_rows_along_and_loses_its_own()
    {
        HiddenJournal journal = new(new JournalBudget(8), Width);
        Record(journal, 0, 3, [1]);
        Record(journal, 0, 16, [2]);
        journal.Copy(1, 2);
        Assert.True(journal.Holds([2], 0, 3));
        Assert.False(journal.Holds([2], 0, 4));
        Assert.Equal(journal.Read([1], 0, 3), journal.Read([2], 0, 3));
    }

    [Fact]
    public void A_page_goes_to_another_journal_with_the_rows_that_there_are()
    {
        HiddenJournal journal = new(new JournalBudget(8), Width);
        Record(journal, 0, 5, [3]);
        Record(journal, 9, 3, [3]);
        HiddenJournal other = new(new JournalBudget(8), Width);
        Record(other, 0, 16, [4]);
        other.Write(4, journal.Read(3, before: 2));
        Assert.True(other.Holds([4], 0, 5));
        Assert.False(other.Holds([4], 0, 6));
        Assert.True(other.Holds([4], 9, 12));
        Assert.Equal(journal.Read([3], 0, 5), other.Read([4], 0, 5));
        Assert.Equal(journal.Read([3], 9, 12), other.Read([4], 9, 12));
    }

    [Fact]
    public void A_page_that_comes_without_rows_has_none()
    {
        HiddenJournal journal = new(new JournalBudget(8), Width);
        Record(journal, 0, 16, [4]);
        Assert.Null(journal.Read(3, before: 2));
        journal.Write(4, null);
        Assert.False(journal.Holds([4], 0, 1));
    }

    [Fact]
    public void Rows_of_another_width_are_not_taken()
    {
        HiddenJournal journal = new(new JournalBudget(8), Width);
        journal.Write(4, new KeptRows(2, 0b11, [1, 2, 3]));
        Assert.False(journal.Holds([4], 0, 1));
    }

    private static void Record(HiddenJournal journal, int start, int count, int[] pages)
    {
        StepBatch batch = new();
        batch.Add(new int[count], start, pages, LogitRows.None);
        journal.Record(batch, [.. Enumerable.Range(0, count * Width).Select(static value => (float)value)]);
    }
}
