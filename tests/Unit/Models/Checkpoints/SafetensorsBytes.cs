using System.Text;

namespace OrleansInference.Unit.Models.Checkpoints;

/// <summary>Spells safetensors files byte for byte, valid or not.</summary>
internal static class SafetensorsBytes
{
    public static byte[] File(string header, int dataLength) => File(Encoding.UTF8.GetBytes(header), dataLength);

    public static byte[] File(byte[] header, int dataLength) => [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. new byte[dataLength]];

    public static string Tensor(string name, string type, string shape, long begin, long end) =>
        $$$"""{"{{{name}}}":{"dtype":"{{{type}}}","shape":{{{shape}}},"data_offsets":[{{{begin}}},{{{end}}}]}}""";
}
