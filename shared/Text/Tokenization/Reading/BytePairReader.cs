using System.Runtime.InteropServices;
using System.Text;

namespace OrleansInference.Text.Tokenization.Reading;

/// <summary>Reads the "model" section. Tokens are copied from the file's bytes to the vocabulary's pool without a string for each.</summary>
internal sealed class BytePairReader
{
    private const int MaxMerges = 1 << 23;

    private char[] _left = new char[256];
    private char[] _right = new char[256];

    public static BytePairModel Read(JsonElement model)
    {
        string? type = model.OptionalString("type");
        if (type is not (null or "BPE"))
            throw JsonFields.Unsupported("model", type, "BPE");
        if (model.Optional("dropout") is { } dropout && (dropout.ValueKind != JsonValueKind.Number || dropout.GetDouble() != 0))
            throw JsonFields.Wrong("dropout", dropout, "null or 0, since encoding is deterministic here");
        var options = new BytePairOptions
        {
            UnknownToken = model.OptionalString("unk_token"),
            ContinuingSubwordPrefix = model.OptionalString("continuing_subword_prefix"),
            EndOfWordSuffix = model.OptionalString("end_of_word_suffix"),
            FuseUnknown = model.OptionalBoolean("fuse_unk", false),
            ByteFallback = model.OptionalBoolean("byte_fallback", false),
            IgnoreMerges = model.OptionalBoolean("ignore_merges", false),
        };
        var reader = new BytePairReader();
        Vocabulary vocabulary = reader.ReadVocabulary(model.Required("vocab"));
        MergeTable merges = reader.ReadMerges(model.Required("merges"), vocabulary, options.ContinuingSubwordPrefix?.Length ?? 0);
        return new BytePairModel(vocabulary, merges, options);
    }

    private Vocabulary ReadVocabulary(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw JsonFields.Wrong("vocab", element, "an object of tokens and ids");
        var vocabulary = new Vocabulary(element.GetPropertyCount());
        foreach (JsonProperty property in element.EnumerateObject())
        {
            ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8PropertyName(property);
            ReadOnlySpan<char> token = raw.Contains((byte)'\\') ? property.Name : Transcode(raw, ref _left);
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out int id) || id is < 0 or > Vocabulary.MaxId)
                throw JsonFields.Wrong($"vocab['{token}']", property.Value, $"a number from 0 to {Vocabulary.MaxId}");
            vocabulary.Add(token, id);
        }
        vocabulary.Complete();
        return vocabulary;
    }

    private MergeTable ReadMerges(JsonElement element, Vocabulary vocabulary, int prefixLength)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > MaxMerges)
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"The field 'merges' is not an array of at most {MaxMerges} entries.", "merges");
        var merges = new MergeTable(element.GetArrayLength());
        int rank = 0;
        foreach (JsonElement entry in element.EnumerateArray())
        {
            ReadOnlySpan<char> left, right;
            if (entry.ValueKind == JsonValueKind.String)
            {
                ReadOnlySpan<char> line = Read(entry, ref _left);
                if (line.StartsWith("#version"))
                    continue;
                int space = line.IndexOf(' ');
                if (space < 0 || line[(space + 1)..].Contains(' '))
                    throw JsonFields.Wrong($"merges[{rank}]", entry, "two tokens with one space between");
                left = line[..space];
                right = line[(space + 1)..];
            }
            else
            {
                if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2)
                    throw JsonFields.Wrong($"merges[{rank}]", entry, "a pair of tokens");
                left = Read(entry[0], ref _left);
                right = Read(entry[1], ref _right);
            }
            AddMerge(merges, vocabulary, left, right, prefixLength, rank++);
        }
        return merges;
    }

    private static void AddMerge(MergeTable merges, Vocabulary vocabulary, ReadOnlySpan<char> left, ReadOnlySpan<char> right, int prefixLength, int rank)
    {
        int leftId = vocabulary.Find(left), rightId = vocabulary.Find(right);
        int merged = -1;
        if (right.Length >= prefixLength && leftId >= 0 && rightId >= 0)
        {
            int length = left.Length + right.Length - prefixLength;
            Span<char> joined = length <= 256 ? stackalloc char[length] : new char[length];
            left.CopyTo(joined);
            right[prefixLength..].CopyTo(joined[left.Length..]);
            merged = vocabulary.Find(joined);
        }
        if (merged < 0)
        {
            string missing = leftId < 0 ? left.ToString() : rightId < 0 ? right.ToString() : string.Concat(left, right[Math.Min(prefixLength, right.Length)..]);
            throw new InferenceException(
                ErrorCode.InvalidTokenizer,
                $"The merge {rank} of '{left}' and '{right}' names '{missing}', which is not in the vocabulary; expected both tokens and their concatenation in it.",
                "merges");
        }
        merges.Add(leftId, rightId, rank, merged);
    }

    private static ReadOnlySpan<char> Read(JsonElement element, ref char[] buffer)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw JsonFields.Wrong("merges", element, "tokens as strings");
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(element)[1..^1];
        return raw.Contains((byte)'\\') ? element.GetString() : Transcode(raw, ref buffer);
    }

    private static ReadOnlySpan<char> Transcode(ReadOnlySpan<byte> raw, ref char[] buffer)
    {
        if (raw.Length > buffer.Length)
            buffer = new char[2 * raw.Length];
        return buffer.AsSpan(0, Encoding.UTF8.GetChars(raw, buffer));
    }
}
