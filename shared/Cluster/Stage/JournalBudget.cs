namespace OrleansInference.Cluster.Stage;

/// <summary>Pages of hidden states that a stage's journals keep together. When they are spent, the page written longest ago goes, of whichever journal.</summary>
/// <param name="maxPages">0 keeps none.</param>
internal sealed class JournalBudget(int maxPages)
{
    private readonly LinkedList<Entry> _entries = []; // those written longest ago first

    public int Pages => _entries.Count;

    /// <summary>Whether it has room for any page at all.</summary>
    public bool HasRoom => maxPages > 0;

    /// <summary>Takes a page that is new in a journal.</summary>
    public Entry Add(HiddenJournal journal, int page, float[] rows)
    {
        Entry entry = new(journal, page, rows);
        Add(entry);
        return entry;
    }

    /// <summary>Takes a page that was another budget's.</summary>
    public void Add(Entry entry)
    {
        while (_entries.Count >= maxPages)
        {
            _entries.First!.Value.Journal.Remove(_entries.First.Value.Page);
        }

        _entries.AddLast(entry.Place);
    }

    public void Remove(Entry entry) => _entries.Remove(entry.Place);

    /// <summary>Notes that a page is written.</summary>
    public void Touch(Entry entry)
    {
        _entries.Remove(entry.Place);
        _entries.AddLast(entry.Place);
    }

    /// <summary>A page of a journal.</summary>
    internal sealed class Entry
    {
        public Entry(HiddenJournal journal, int page, float[] rows)
        {
            (Journal, Page, Rows) = (journal, page, rows);
            Place = new LinkedListNode<Entry>(this);
        }

        public HiddenJournal Journal { get; }

        public int Page { get; }

        public float[] Rows { get; } // [PageTokens, width]

        public int Present { get; set; } // one bit for each place

        public LinkedListNode<Entry> Place { get; }
    }
}
