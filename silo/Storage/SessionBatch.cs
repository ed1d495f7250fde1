using System.Buffers;
using OrleansInference.Serving.Control;

namespace OrleansInference.Silo.Storage;

/// <summary>Sessions that are written together, each once, column by column.</summary>
internal sealed class SessionBatch
{
    private readonly ArrayBufferWriter<byte> _encoded = new();
    private readonly Dictionary<int, int> _places = []; // by number

    /// <summary>What was taken for it, which goes back when the write fails.</summary>
    public List<WaitingSession> Sessions { get; } = [];

    public List<int> Numbers { get; } = [];

    /// <summary>Lengths of the token logs, all choices together.</summary>
    public List<long> Tokens { get; } = [];

    public List<bool> Ended { get; } = [];

    public List<byte[]> Bodies { get; } = [];

    public long Bytes { get; private set; }

    /// <param name="waiting">Where the session is in the batch already, a later version, which came while the batch was filled: it takes the other's place.</param>
    public void Add(WaitingSession waiting)
    {
        if (_places.TryGetValue(waiting.Number, out int place))
        {
            WaitingSession before = Sessions[place];
            before.Record = waiting.Record;
            before.Written.AddRange(waiting.Written);
        }
        else
        {
            place = Sessions.Count;
            _places.Add(waiting.Number, place);
            Sessions.Add(waiting);
            Numbers.Add(waiting.Number);
            Tokens.Add(0);
            Ended.Add(false);
            Bodies.Add([]);
        }

        _encoded.ResetWrittenCount();
        ControlCodec.WriteRecord(_encoded, waiting.Record);
        Tokens[place] = waiting.Record.Choices.Sum(static choice => (long)choice.Tokens.Length);
        Ended[place] = waiting.Record.Ended;
        Bytes += _encoded.WrittenCount - Bodies[place].Length;
        Bodies[place] = _encoded.WrittenSpan.ToArray();
    }
}
