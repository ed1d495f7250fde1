using System.Diagnostics;

namespace OrleansInference.Engine.KvCache;

/// <summary>An ordered list of distinct numbers 0 … capacity − 1. Adding, removing and stepping take constant time and allocate nothing.</summary>
internal sealed class NumberList
{
    private const int Absent = -1;

    // A circular list through a sentinel at index capacity. Absent marks numbers outside the list.
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int _sentinel;

    public NumberList(int capacity)
    {
        _sentinel = capacity;
        _next = new int[capacity + 1];
        _previous = new int[capacity + 1];
        Array.Fill(_next, Absent);
        _next[capacity] = _previous[capacity] = capacity;
    }

    public int Count { get; private set; }

    /// <summary>The first number, or −1.</summary>
    public int First => Step(_next[_sentinel]);

    public bool Contains(int number) => _next[number] != Absent;

    /// <summary>The number after <paramref name="number"/>, or −1 at the end.</summary>
    public int After(int number) => Step(_next[number]);

    public void AddLast(int number) => Insert(number, _previous[_sentinel]);

    public void Remove(int number)
    {
        Debug.Assert(Contains(number));
        _next[_previous[number]] = _next[number];
        _previous[_next[number]] = _previous[number];
        _next[number] = Absent;
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
        Insert(number, _sentinel);
    }

    private void Insert(int number, int before)
    {
        Debug.Assert(!Contains(number));
        int after = _next[before];
        _next[before] = number;
        _previous[number] = before;
        _next[number] = after;
        _previous[after] = number;
        Count++;
    }

    private int Step(int number) => number == _sentinel ? -1 : number;
}
