using System.Buffers.Binary;
using System.Text;

namespace OrleansInference.ClusterTests.Telemetry;

/// <summary>A protobuf message without its description: fields by number, as often as they are there.</summary>
internal sealed class ProtoMessage
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public ProtoMessage(ReadOnlyMemory<byte> bytes)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            ulong tag = Varint();
            (ulong value, ReadOnlyMemory<byte> content) = (tag & 7) switch
            {
                0 => (Varint(), default),
                1 => (BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span), default),
                2 => (0UL, Take((int)Varint())),
                5 => (BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span), (ReadOnlyMemory<byte>)default),
                _ => throw new InvalidDataException($"A field has the wire type {tag & 7}."),
            };
            _fields.Add(((int)(tag >> 3), value, content));
        }

        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = bytes.Span[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }

        ReadOnlyMemory<byte> Take(int count)
        {
            at += count;
            return bytes.Slice(at - count, count);
        }
    }

    public IEnumerable<ProtoMessage> Messages(int number) => _fields.Where(field => field.Number == number).Select(static field => new ProtoMessage(field.Bytes));

    public bool Has(int number) => _fields.Exists(field => field.Number == number);

    public ulong Number(int number) => _fields.Find(field => field.Number == number).Value;

    public string Text(int number) => Encoding.UTF8.GetString(_fields.Find(field => field.Number == number).Bytes.Span);

    public string Hex(int number) => Convert.ToHexStringLower(_fields.Find(field => field.Number == number).Bytes.Span);

    /// <summary>OpenTelemetry's attributes: a number or a text for each key.</summary>
    public Dictionary<string, string> Attributes(int number) => Messages(number).ToDictionary(static pair => pair.Text(1), static pair => ValueOf(pair.Messages(2).Single()));

    private static string ValueOf(ProtoMessage value) =>
        value.Has(1) ? value.Text(1)
        : value.Has(3) ? ((long)value.Number(3)).ToString(System.Globalization.CultureInfo.InvariantCulture)
        : value.Has(4) ? BitConverter.UInt64BitsToDouble(value.Number(4)).ToString(System.Globalization.CultureInfo.InvariantCulture)
        : value.Has(5) ? string.Join(',', value.Messages(5).Single().Messages(1).Select(ValueOf))
        : value.Has(2) && value.Number(2) != 0 ? "true" : "false";
}
