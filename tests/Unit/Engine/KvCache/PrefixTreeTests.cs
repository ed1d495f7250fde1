using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

public sealed class PrefixTreeTests
{
    private static readonly PageRoot Mine = PageRoot.Create("m", "", [1]);
    private static readonly PageRoot Yours = PageRoot.Create("m", "", [2]);

    [Fact]
    public void Pages_of_one_name_and_different_contents_are_distinguished()
    {
        PrefixTree tree = new(4);
        PageHash collision = new(1, 2);
        int first = tree.Add(PrefixTree.None, Mine, collision, Page(1), 0);
        Assert.Equal(PrefixTree.None, tree.Find(PrefixTree.None, Mine, collision, Page(2)));
        Assert.Equal(PrefixTree.None, tree.Find(PrefixTree.None, Yours, collision, Page(1)));
        Assert.Equal(PrefixTree.None, tree.Find(first, Mine, collision, Page(1)));

        int second = tree.Add(PrefixTree.None, Mine, collision, Page(2), 1);
        int third = tree.Add(first, Mine, collision, Page(1), 2);
        Assert.Equal(first, tree.Find(PrefixTree.None, Mine, collision, Page(1)));
        Assert.Equal(third, tree.Find(first, Mine, collision, Page(1)));
        tree.Remove(second);
        Assert.Equal(first, tree.Find(PrefixTree.None, Mine, collision, Page(1)));
        Assert.Equal(PrefixTree.None, tree.Find(PrefixTree.None, Mine, collision, Page(2)));
    }

    [Fact]
    public void A_name_depends_on_everything_before_it()
    {
        PageHash[] names =
        [
            PageHash.First(Mine, Page(1)),
            PageHash.First(Yours, Page(1)),
            PageHash.First(Mine, Page(2)),
            PageHash.First(Mine, Page(1)).Next(Page(1)),
            PageHash.First(Mine, Page(2)).Next(Page(1)),
        ];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(names[0], PageHash.First(PageRoot.Create("m", "", [1]), Page(1)));
    }

    [Fact]
    public void Roots_keep_their_parts_apart()
    {
        Assert.NotEqual(PageRoot.Create("ab", "c", []), PageRoot.Create("a", "bc", []));
        Assert.NotEqual(PageRoot.Create("a", "b", []), PageRoot.Create("a", "", "b"u8));
    }

    private static int[] Page(int token) => [.. Enumerable.Repeat(token, 16)];
}
