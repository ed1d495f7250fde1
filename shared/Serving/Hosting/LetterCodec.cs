using System.Buffers;
using System.Buffers.Binary;
using OrleansInference.Models;
using OrleansInference.Serving.Control;

namespace OrleansInference.Serving.Hosting;

/// <summary>Letters as bytes: the sender, the count, then each with its address and its length. All numbers little endian.</summary>
internal static class LetterCodec
{
    private const int HeaderBytes = 8;
    private const int LetterBytes = 9;

    public static void Write(IBufferWriter<byte> output, int from, IReadOnlyList<Letter> letters)
    {
        Span<byte> header = output.GetSpan(HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header, from);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], letters.Count);
        output.Advance(HeaderBytes);
        for (int i = 0; i < letters.Count; i++)
        {
            WireWriter message = ControlWriter.Begin(letters[i].Message);
            Span<byte> head = output.GetSpan(LetterBytes);
            head[0] = (byte)letters[i].To.Kind;
            BinaryPrimitives.WriteInt32LittleEndian(head[1..], letters[i].To.Number);
            BinaryPrimitives.WriteInt32LittleEndian(head[5..], message.Length);
            output.Advance(LetterBytes);
            message.Flush(output);
        }
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the bytes are not letters.</exception>
    public static (int From, List<Letter> Letters) Read(ReadOnlySpan<byte> bytes)
    {
        Require(bytes.Length >= HeaderBytes, bytes.Length);
        int from = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        bytes = bytes[HeaderBytes..];
        Require(count >= 0 && count <= bytes.Length / LetterBytes, count);
        List<Letter> letters = new(count);
        for (int i = 0; i < count; i++)
        {
            Require(bytes.Length >= LetterBytes, bytes.Length);
            Address to = new((AddressKind)bytes[0], BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]));
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[5..]);
            bytes = bytes[LetterBytes..];
            Require(length >= 0 && length <= bytes.Length, length);
            letters.Add(new Letter(to, ControlCodec.Read(bytes[..length])));
            bytes = bytes[length..];
        }

        return (from, letters);
    }

    private static void Require(bool holds, int value)
    {
        if (!holds)
        {
            InferenceException.Throw(ErrorCode.InvalidRequest, $"An envelope is cut off or malformed at {value}; expected letters with their lengths.", "envelope");
        }
    }
}
