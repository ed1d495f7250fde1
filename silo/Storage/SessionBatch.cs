using System.Buffers;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;

namespace OrleansInference.Silo.Storage;

/// <summary>Batch of sessions to write together, each once, split into the parts that the tables have.</summary>
internal sealed class SessionBatch
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Dictionary<int, int> _places = []; // by session number
    private readonly List<EncodedSession> _encoded = [];

    /// <summary>Sessions of the batch, which return to the queue if the write fails.</summary>
    public List<WaitingSession> Sessions { get; } = [];

    /// <summary>Encoded sessions, in the same order.</summary>
    public IReadOnlyList<EncodedSession> Encoded => _encoded;

    public long Bytes { get; private set; }

    /// <param name="waiting">Session to add. If the batch contains the session already, this is a later version, and both are merged.</param>
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
        return new EncodedSession(session.Number, beginning, record.Count(), record.Ended, record.IsAbandoned, state, blocks) { Usage = SessionUsage.Of(record) };
    }

    private byte[] Encode<T>(T part, Action<IBufferWriter<byte>, T> write)
    {
        _output.ResetWrittenCount();
        write(_output, part);
        return _output.WrittenSpan.ToArray();
    }
}

/// <summary>Version of a session, encoded for the tables.</summary>
/// <param name="Number">Number of the session.</param>
/// <param name="Beginning">Part that is written once; null if it is written already.</param>
/// <param name="Tokens">Number of tokens of all logs.</param>
/// <param name="Ended">Whether nothing is left to generate.</param>
/// <param name="Abandoned">Whether the session ended only because no client asks for it.</param>
/// <param name="State">Part that every write replaces.</param>
/// <param name="Blocks">Blocks with new tokens, complete.</param>
internal sealed record EncodedSession(int Number, byte[]? Beginning, long Tokens, bool Ended, bool Abandoned, byte[] State, EncodedBlock[] Blocks)
{
    /// <summary>What usage counts of it.</summary>
    public required SessionUsage Usage { get; init; }

    public long Bytes => (Beginning?.Length ?? 0) + State.Length + Blocks.Sum(static block => (long)block.Body.Length);
}

internal readonly record struct EncodedBlock(int Number, int Log, int First, byte[] Body);
