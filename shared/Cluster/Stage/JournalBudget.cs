namespace OrleansInference.Cluster.Stage;

/// <summary>The limit on the pages of hidden states that all journals of a stage keep together. A full budget removes the least recently written page of all journals.</summary>
/// <param name="maxPages">The limit; 0 keeps none.</param>
internal sealed class JournalBudget(int maxPages)
{
    private readonly LinkedList<Entry> _entries = []; // least recently written first

    public int Pages => _entries.Count;

    /// <summary>Whether any page may be kept.</summary>
    public bool HasRoom => maxPages > 0;

    /// <summary>Adds a page that is new in a journal.</summary>
    public Entry Add(HiddenJournal journal, int page, float[] rows)
    {
        Entry entry = new(journal, page, rows);
        Add(entry);
        return entry;
    }

    /// <summary>Adds a page that belonged to another budget.</summary>
    public void Add(Entry entry)
    {
        while (_entries.Count >= maxPages)
        {
            _entries.First!.Value.Journal.Remove(_entries.First.Value.Page);
        }

        _entries.AddLast(entry.Place);
    }

    public void Remove(Entry entry) => _entries.Remove(entry.Place);

    /// <summary>Records that a page was written.</summary>
    public void Touch(Entry entry)
    {
        _entries.Remove(entry.Place);
        _entries.AddLast(entry.Place);
    }

    /// <summary>A page of a journal.</summary>
    public sealed class Entry
    {
        public Entry(HiddenJournal journal, int page, float[] rows)
        {
            (Journal, Page, Rows) = (journal, page, rows);
            Place = new LinkedListNode<Entry>(this);
        }

        public HiddenJournal Journal { get; }

        public int Page { get; }

        public float[] Rows { get; } // [PageTokens, width]

        public int Present { get; set; } // bitmap of the positions in the page that have a row

        public LinkedListNode<Entry> Place { get; }
    }
}
