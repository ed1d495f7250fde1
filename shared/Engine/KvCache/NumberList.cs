using System.Diagnostics;

namespace OrleansInference.Engine.KvCache;

/// <summary>An ordered list of distinct numbers. Adding, removing and stepping take constant time and allocate nothing.</summary>
/// <param name="links">The links, which the list may share with others.</param>
internal sealed class NumberList(NumberLinks links)
{
    private const int None = -1;

    private int _last = None;

    public NumberList(int capacity)
        : this(new NumberLinks(capacity))
    {
    }

    public int Count { get; private set; }

    /// <summary>The first number, or −1.</summary>
    public int First { get; private set; } = None;

    /// <summary>Returns whether a number is in this list, or in another one with the same links.</summary>
    public bool Contains(int number) => links.Next[number] != NumberLinks.Absent;

    /// <summary>The number after <paramref name="number"/>, or −1 at the end.</summary>
    public int After(int number) => links.Next[number];

    public void AddLast(int number) => Insert(number, _last, None);

    public void Remove(int number)
    {
        Debug.Assert(Contains(number));
        Link(links.Previous[number], links.Next[number]);
        links.Next[number] = NumberLinks.Absent;
        Count--;
    }

    public void MoveLast(int number)
    {
        Remove(number);
        AddLast(number);
    }

    public void MoveFirst(int number)
    {
        Remove(number);
        Insert(number, None, First);
    }

    private void Insert(int number, int before, int after)
    {
        Debug.Assert(!Contains(number));
        Link(before, number);
        Link(number, after);
        Count++;
    }

    private void Link(int before, int after)
    {
        if (before == None)
            First = after;
        else
            links.Next[before] = after;
        if (after == None)
            _last = before;
        else
            links.Previous[after] = before;
    }
}
