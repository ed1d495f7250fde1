using System.Buffers;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;

namespace OrleansInference.Silo.Storage;

/// <summary>Sessions that are written together, each once, in the parts that the tables have.</summary>
internal sealed class SessionBatch
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Dictionary<int, int> _places = []; // by number
    private readonly List<EncodedSession> _encoded = [];

    /// <summary>What was taken for it, which goes back when the write fails.</summary>
    public List<WaitingSession> Sessions { get; } = [];

    /// <summary>In the same order.</summary>
    public IReadOnlyList<EncodedSession> Encoded => _encoded;

    public long Bytes { get; private set; }

    /// <param name="waiting">Where the session is in the batch already, a later version, which came while the batch was filled: both go together.</param>
    public void Add(WaitingSession waiting)
    {
        if (_places.TryGetValue(waiting.Number, out int place))
        {
            Sessions[place].Add(waiting);
            Bytes -= _encoded[place].Bytes;
        }
        else
        {
            place = Sessions.Count;
            _places.Add(waiting.Number, place);
            Sessions.Add(waiting);
            _encoded.Add(null!);
        }

        _encoded[place] = Encode(Sessions[place]);
        Bytes += _encoded[place].Bytes;
    }

    private EncodedSession Encode(WaitingSession session)
    {
        SessionRecord record = session.Record;
        byte[]? beginning = record.Begins ? Encode(SessionParts.Beginning(record), ControlCodec.WriteRecord) : null;
        byte[] state = Encode(SessionParts.State(record), ControlCodec.WriteState);
        EncodedBlock[] blocks = [.. SessionParts.Blocks(record).Select(block => new EncodedBlock(session.Number, block.Log, block.First, Encode(block, ControlCodec.WriteBlock)))];
        return new EncodedSession(session.Number, beginning, record.Count(), record.Ended, record.IsAbandoned, state, blocks);
    }

    private byte[] Encode<T>(T part, Action<IBufferWriter<byte>, T> write)
    {
        _output.ResetWrittenCount();
        write(_output, part);
        return _output.WrittenSpan.ToArray();
    }
}

/// <summary>A session's version as the tables take it.</summary>
/// <param name="Number">Which session.</param>
/// <param name="Beginning">What is written once; null where that is done.</param>
/// <param name="Tokens">Of all logs.</param>
/// <param name="Ended">Whether nothing is left to be generated.</param>
/// <param name="Abandoned">Whether that is only because nobody asks for it.</param>
/// <param name="State">What is said again with every write.</param>
/// <param name="Blocks">Tokens that are new, and those of the same blocks.</param>
internal sealed record EncodedSession(int Number, byte[]? Beginning, long Tokens, bool Ended, bool Abandoned, byte[] State, EncodedBlock[] Blocks)
{
    public long Bytes => (Beginning?.Length ?? 0) + State.Length + Blocks.Sum(static block => (long)block.Body.Length);
}

internal readonly record struct EncodedBlock(int Number, int Log, int First, byte[] Body);
