using System.Buffers;
using Orleans.Concurrency;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Grains.Messaging;

/// <summary>Letters on their way to one grain. Within a silo they travel as they are; between silos as <see cref="LetterCodec"/> writes them.</summary>
/// <param name="letters">Immutable from now on.</param>
/// <param name="from">Number of the gateway of the silo that sends: who hands in a session's work is where the session is.</param>
[Immutable]
internal sealed class Envelope(int from, IReadOnlyList<Letter> letters)
{
    public int From => from;

    public IReadOnlyList<Letter> Letters => letters;

    public void Write(IBufferWriter<byte> output) => LetterCodec.Write(output, from, letters);

    public static Envelope Read(ReadOnlySpan<byte> bytes)
    {
        (int from, List<Letter> letters) = LetterCodec.Read(bytes);
        return new Envelope(from, letters);
    }
}
