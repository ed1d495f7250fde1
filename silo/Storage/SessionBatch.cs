using System.Buffers;
using OrleansInference.Serving.Control;

namespace OrleansInference.Silo.Storage;

/// <summary>Sessions that are written together, each once, column by column.</summary>
internal sealed class SessionBatch
{
    private readonly ArrayBufferWriter<byte> _encoded = new();

    /// <summary>What was taken for it, which goes back when the write fails.</summary>
    public List<WaitingSession> Sessions { get; } = [];

    public List<int> Numbers { get; } = [];

    /// <summary>Lengths of the token logs, all choices together.</summary>
    public List<long> Tokens { get; } = [];

    public List<bool> Ended { get; } = [];

    public List<byte[]> Bodies { get; } = [];

    public long Bytes { get; private set; }

    public void Add(WaitingSession waiting)
    {
        Sessions.Add(waiting);
        _encoded.ResetWrittenCount();
        ControlCodec.WriteRecord(_encoded, waiting.Record);
        Numbers.Add(waiting.Number);
        Tokens.Add(waiting.Record.Choices.Sum(static choice => (long)choice.Tokens.Length));
        Ended.Add(waiting.Record.Ended);
        Bodies.Add(_encoded.WrittenSpan.ToArray());
        Bytes += _encoded.WrittenCount;
    }
}
