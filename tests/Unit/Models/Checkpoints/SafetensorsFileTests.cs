using System.Text;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Models.Checkpoints;

public sealed class SafetensorsFileTests
{
    [Fact]
    public void Reads_metadata_scalars_empty_tensors_unknown_fields_and_trailing_spaces()
    {
        using TemporaryFolder folder = new();
        string header = """
            {"__metadata__":{"format":"pt"},
             "scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
             "empty":{"dtype":"BF16","shape":[0,9223372036854775807,9],"data_offsets":[4,4]},
             "four":{"dtype":"F4","shape":[2,3],"data_offsets":[4,7]},
             "future":{"dtype":"F2_E1","extra":{"a":[1]},"shape":[3],"data_offsets":[7,8]}}
            """ + "   ";
        using var file = SafetensorsFile.Open(folder.Put("a.safetensors", SafetensorsBytes.File(header, 8)));

        Assert.Equal(["empty", "four", "future", "scalar"], file.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((7L, 8L), (file.Entries["future"].Begin, file.Entries["future"].End));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "cover 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "no tensor covers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "of shape [3] does not")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, "of shape [3] does not")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "does not")]
    [InlineData("""{"a":{"dtype":"F64","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}""", 8, "does not")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 8, "truncated")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[8,0]}}""", 8, "reversed")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-8],"data_offsets":[0,8]}}""", 8, "shape has a value")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8.0],"data_offsets":[0,8]}}""", 8, "shape has a value")]
    [InlineData("""{"a":{"dtype":"U8","shape":["8"],"data_offsets":[0,8]}}""", 8, "shape has a value")]
    [InlineData("""{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,8]}}""", 8, "shape has a value")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,8],"data_offsets":[0,8]}}""", 8, "more than 16")]
    [InlineData("""{"a":{"dtype":"U8","shape":8,"data_offsets":[0,8]}}""", 8, "list of integers")]
    [InlineData("""{"a":{"dtype":8,"shape":[8],"data_offsets":[0,8]}}""", 8, "dtype is")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8,8]}}""", 8, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8]}}""", 8, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"shape":[8],"data_offsets":[0,8]}}""", 8, "shape is declared twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "declared twice")]
    [InlineData("""{"a":[]}""", 0, "expected an object")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "only strings")]
    [InlineData("""{"__metadata__":[]}""", 0, "expected an object of strings")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "twice")]
    [InlineData("""{"a":{"x":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}}""", 0, "not valid JSON")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}{}""", 0, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"U8",""", 0, "not valid JSON")]
    [InlineData(""" {}""", 0, "begin with '{'")]
    [InlineData("", 0, "begin with '{'")]
    public void A_header_that_breaks_the_format_is_refused(string header, int dataLength, string expected) =>
        AssertRefused(SafetensorsBytes.File(header, dataLength), expected);

    [Fact]
    public void Header_lengths_beyond_the_file_or_the_limit_are_refused()
    {
        AssertRefused([], "too short");
        AssertRefused(new byte[7], "too short");
        AssertRefused([9, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8], "truncated");
        AssertRefused([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. "{}"u8], "at most 100000000");
    }

    [Fact]
    public void Invalid_utf8_is_refused() => AssertRefused(SafetensorsBytes.File([.. "{\""u8, 0xC3, 0x28, .. "\":{}}"u8], 0), "UTF-8");

    [Fact]
    public void More_tensors_than_the_limit_are_refused()
    {
        StringBuilder header = new("{");
        for (int i = 0; i <= 1 << 18; i++)
            header.Append(i == 0 ? "" : ",").Append('"').Append(i).Append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        AssertRefused(SafetensorsBytes.File(header.Append('}').ToString(), 0), "more than 262144 tensors");
    }

    [Fact]
    public void A_refused_file_is_released()
    {
        using TemporaryFolder folder = new();
        string path = folder.Put("a.safetensors", SafetensorsBytes.File("{", 0));
        Assert.Throws<InferenceException>(() => SafetensorsFile.Open(path));

        using FileStream exclusive = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(exclusive.CanWrite);
    }

    private static void AssertRefused(byte[] content, string expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Put("bad.safetensors", content);

        InferenceException error = Assert.Throws<InferenceException>(() => SafetensorsFile.Open(path));

        Assert.Equal(ErrorCode.InvalidCheckpoint, error.Code);
        Assert.Equal("bad.safetensors", error.Parameter);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
