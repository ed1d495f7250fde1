using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

public sealed class PageProofsTests
{
    private static readonly LayerRange All = new(0, 3);

    private readonly ToyStage _work = new(3, 8);
    private readonly PageProofs _proofs;

    public PageProofsTests()
    {
        _work.Load(All);
        _proofs = new PageProofs(_work);
    }

    [Fact]
    public void A_page_is_proven_when_it_is_full()
    {
        Compute(All, 0, Tokens(15), 4);
        Assert.Empty(_proofs.Inventory(All));
        Compute(All, 15, Tokens(16)[15..], 4);
        Assert.Equal([new ProvenPage(4, Hash(Tokens(16)), All)], _proofs.Inventory(All));
    }

    [Fact]
    public void The_name_says_what_came_before_the_page()
    {
        Compute(All, 0, Tokens(40), 4, 2, 6);
        PageHash first = Hash(Tokens(16));
        Assert.Equal([new ProvenPage(2, first.Next(Tokens(40).AsSpan(16, 16)), All), new ProvenPage(4, first, All)], _proofs.Inventory(All));
    }

    [Fact]
    public void Guesses_that_were_rejected_are_not_in_the_name()
    {
        Compute(All, 0, [.. Tokens(14), 1, 2, 3], 4, 5);
        Compute(All, 14, Tokens(16)[14..], 4, 5);
        Assert.Equal([new ProvenPage(4, Hash(Tokens(16)), All)], _proofs.Inventory(All));
    }

    [Fact]
    public void Layers_that_are_computed_again_with_other_tokens_are_proven_alone()
    {
        Compute(All, 0, Tokens(16), 4);
        int[] other = [.. Tokens(15), 7];
        Compute(new LayerRange(1, 3), 0, other, 4);
        Assert.Equal([new ProvenPage(4, Hash(other), new LayerRange(1, 3))], _proofs.Inventory(All));
    }

    [Fact]
    public void Layers_that_are_computed_again_with_the_same_tokens_are_proven_together()
    {
        Compute(new LayerRange(0, 1), 0, Tokens(16), 4);
        Compute(new LayerRange(1, 3), 0, Tokens(16), 4);
        Assert.Equal([new ProvenPage(4, Hash(Tokens(16)), All)], _proofs.Inventory(All));
    }

    [Fact]
    public void Layers_that_are_left_from_before_do_not_hide_those_that_have_come()
    {
        Compute(new LayerRange(0, 1), 0, Tokens(16), 4);
        Compute(new LayerRange(2, 3), 0, Tokens(16), 4);
        Assert.Equal([new LayerRange(0, 1), new LayerRange(2, 3)], _proofs.Inventory(All).Select(static page => page.Layers));
    }

    [Fact]
    public void A_page_after_one_of_which_nothing_is_known_is_not_proven()
    {
        Compute(All, 16, Tokens(16), 3, 4);
        Assert.Empty(_proofs.Inventory(All));
    }

    [Fact]
    public void A_page_that_goes_on_after_places_of_which_nothing_is_known_is_not_proven()
    {
        Compute(All, 3, Tokens(13), 4);
        Assert.Empty(_proofs.Inventory(All));
    }

    [Fact]
    public void A_page_whose_first_tokens_are_written_again_is_what_it_was()
    {
        Compute(All, 0, Tokens(15), 4);
        Compute(All, 0, Tokens(14), 4);
        Compute(All, 15, Tokens(16)[15..], 4);
        Assert.Equal([new ProvenPage(4, Hash(Tokens(16)), All)], _proofs.Inventory(All));
        Compute(All, 0, Tokens(3), 4);
        Assert.Equal([new ProvenPage(4, Hash(Tokens(16)), All)], _proofs.Inventory(All));
    }

    [Fact]
    public void A_page_that_is_written_anew_is_not_what_it_was()
    {
        Compute(All, 0, Tokens(16), 4);
        Compute(All, 0, [9], 4);
        Assert.Empty(_proofs.Inventory(All));
    }

    [Fact]
    public void A_copy_has_the_proof_of_its_page()
    {
        Compute(All, 0, Tokens(16), 4);
        _work.CopyPage(All, 4, 1);
        _proofs.Copy(All, 4, 1);
        Assert.Equal([1, 4], _proofs.Inventory(All).Select(static page => page.Page));
        Assert.Empty(Differing(_proofs));
    }

    [Fact]
    public void A_page_that_has_changed_is_not_proven_where_it_is_copied_to()
    {
        Compute(All, 0, Tokens(16), 4);
        _work.Corrupt(2, 4);
        _work.CopyPage(All, 4, 1);
        Assert.False(_proofs.Copy(All, 4, 1));
        Assert.Empty(_proofs.Inventory(All));
        Assert.Equal([1], _proofs.FindCorrupted(All, [1], tokens: 15));
    }

    [Fact]
    public void A_sequence_may_not_go_on_from_a_begun_page_with_fewer_tokens_than_it_needs()
    {
        Compute(All, 0, Tokens(20), 4, 5);
        Assert.Null(_proofs.FindCorrupted(All, [4, 5], tokens: 20));
        Assert.Equal([5], _proofs.FindCorrupted(All, [4, 5], tokens: 21));
        Assert.Equal([5], _proofs.FindCorrupted(All, [1, 5], tokens: 20)?.Where(static page => page == 5));
    }

    [Fact]
    public void Contents_that_have_changed_are_found_and_not_proven_any_more()
    {
        Compute(All, 0, Tokens(32), 4, 5);
        _work.Corrupt(1, 5);
        Assert.Single(Differing(_proofs));
        Assert.Equal([new LayerRange(0, 1), new LayerRange(2, 3)], _proofs.Inventory(All).Where(static page => page.Page == 5).Select(static page => page.Layers));
        Assert.Equal(All, _proofs.Inventory(All).Single(static page => page.Page == 4).Layers);
    }

    [Fact]
    public void A_sequence_may_not_go_on_from_pages_that_have_changed()
    {
        Compute(All, 0, Tokens(32), 4, 5);
        Assert.Null(_proofs.FindCorrupted(All, [4, 5], tokens: 32));
        _work.Corrupt(2, 4);
        Assert.Equal([4], _proofs.FindCorrupted(All, [4, 5], tokens: 32));
    }

    [Fact]
    public void A_sequence_may_not_go_on_from_a_page_that_continues_another_one()
    {
        Compute(All, 0, Tokens(32), 4, 5);
        Compute(All, 0, [.. Enumerable.Range(0, 32)], 1, 2);
        Assert.Equal([2], _proofs.FindCorrupted(All, [4, 2], tokens: 32));
    }

    [Fact]
    public void A_page_arrives_with_its_proof()
    {
        Compute(All, 0, Tokens(16), 4);
        (ToyStage work, PageProofs proofs) = Send(4, static contents => contents);
        Assert.Equal(_proofs.Inventory(All), proofs.Inventory(All));
        Assert.Empty(Differing(proofs));
        Assert.Equal(_work.Checksum(2, 4), work.Checksum(2, 4));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(5)]
    public void A_page_that_was_changed_on_its_way_is_not_taken(int tokens)
    {
        Compute(All, 0, Tokens(tokens), 4);
        Assert.Throws<InvalidOperationException>(() => Send(4, static contents => [(byte)~contents[0], .. contents[1..]]));
    }

    [Fact]
    public void A_page_that_was_corrupted_before_it_was_sent_is_not_taken()
    {
        Compute(All, 0, Tokens(16), 4);
        _work.Corrupt(1, 4);
        Assert.Throws<InvalidOperationException>(() => Send(4, static contents => contents));
    }

    [Fact]
    public void What_has_come_goes_on_as_if_it_had_been_computed_here()
    {
        Compute(All, 0, Tokens(10), 4);
        (ToyStage work, PageProofs arrived) = Send(4, static contents => contents);
        PageProofs proofs = new(work);
        proofs.Take(arrived);
        Compute(work, proofs, All, 10, Tokens(16)[10..], 4);
        Assert.Equal([new ProvenPage(4, Hash(Tokens(16)), All)], proofs.Inventory(All));
    }

    [Fact]
    public void Layers_that_are_given_up_are_proven_no_more()
    {
        Compute(All, 0, Tokens(16), 4);
        _proofs.Keep(new LayerRange(0, 1), new LayerRange(2, 3));
        Assert.Equal([new LayerRange(0, 1), new LayerRange(2, 3)], _proofs.Inventory(All).Select(static page => page.Layers));
        _proofs.Clear();
        Assert.Empty(_proofs.Inventory(All));
    }

    private static int[] Tokens(int count) => [.. Enumerable.Range(100, count).Select(static token => token % ToyModel.VocabularySize)];

    private static PageHash Hash(int[] tokens) => default(PageHash).Next(tokens);

    private (ToyStage Work, PageProofs Proofs) Send(int page, Func<byte[], byte[]> way)
    {
        ToyStage work = new(3, 8);
        work.Load(All);
        PageProofs proofs = new(work);
        work.WritePage(All, page, way(_work.ReadPage(All, page)));
        return proofs.Take(All, page, _proofs.Read(All, page)) ? (work, proofs) : throw new InvalidOperationException("It was not taken.");
    }

    private void Compute(LayerRange layers, int start, int[] tokens, params int[] pages) => Compute(_work, _proofs, layers, start, tokens, pages);

    private static void Compute(ToyStage work, PageProofs proofs, LayerRange layers, int start, int[] tokens, params int[] pages)
    {
        StepBatch batch = new();
        batch.Add([.. tokens.Select(static token => token % ToyModel.VocabularySize)], start, pages, LogitRows.None);
        work.Execute(layers, batch, new float[batch.RowCount * ToyModel.HiddenWidth]);
        proofs.Write(layers, batch);
    }

    private static int[] Differing(PageProofs proofs) => [.. Enumerable.Range(0, 8).Where(page => !proofs.Compare(All, page))];
}
