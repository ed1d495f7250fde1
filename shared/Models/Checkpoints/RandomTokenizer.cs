using System.Text.Json.Nodes;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// The simplest byte-level tokenizer: token b is byte b, no merges, then R1's special tokens, then a word for each id that is left, so that whatever a random
/// model chooses has a text.
/// </summary>
internal static class RandomTokenizer
{
    public const int BeginOfSequence = 256;
    public const int EndOfSequence = 257;

    private const string Begin = "<｜begin▁of▁sentence｜>";
    private const string End = "<｜end▁of▁sentence｜>";

    private const string ChatTemplate =
        "{{ bos_token }}{% for message in messages %}" +
        "{% if message['role'] == 'system' %}{{ message['content'] }}" +
        "{% elif message['role'] == 'user' %}{{ '<｜User｜>' + message['content'] }}" +
        "{% elif message['role'] == 'assistant' %}{{ '<｜Assistant｜>' + message['content'].split('</think>')[-1] + '" + End + "' }}" +
        "{% endif %}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}{% endif %}";

    // The reasoning tags are plain added tokens, so that decoding shows them; the others are special.
    private static readonly string[] Special = [Begin, End, "<｜User｜>", "<｜Assistant｜>"];
    private static readonly string[] Plain = ["<think>", "</think>"];

    /// <summary>tokenizer.json</summary>
    /// <param name="size">Tokens in all, those of the model's vocabulary.</param>
    public static JsonObject Tokenizer(int size)
    {
        JsonObject vocabulary = [];
        for (int value = 0; value < 256; value++)
            vocabulary.Add(ByteLetter(value).ToString(), value);
        // Added tokens keep their ids only where the model's own vocabulary has them.
        foreach (string content in Special.Concat(Plain))
            vocabulary.Add(content, vocabulary.Count);
        while (vocabulary.Count < size)
            vocabulary.Add(Word(vocabulary.Count), vocabulary.Count);
        JsonArray added = [];
        foreach (string content in Special.Concat(Plain))
        {
            added.Add(new JsonObject
            {
                ["id"] = BeginOfSequence + added.Count,
                ["content"] = content,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = Special.Contains(content),
            });
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = added,
            ["normalizer"] = null,
            ["pre_tokenizer"] = ByteLevel(),
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray(),
            },
        };
    }

    /// <summary>tokenizer_config.json</summary>
    public static JsonObject Configuration(int positions) => new()
    {
        ["add_bos_token"] = false,
        ["add_eos_token"] = false,
        ["bos_token"] = Begin,
        ["eos_token"] = End,
        ["clean_up_tokenization_spaces"] = false,
        ["model_max_length"] = positions,
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["chat_template"] = ChatTemplate,
    };

    /// <summary>A space and the id in base 26, at least two letters.</summary>
    private static string Word(int id)
    {
        string letters = "";
        for (int rest = id; rest > 0; rest /= 26)
            letters = (char)('a' + (rest % 26)) + letters;
        return ByteLetter(' ') + letters;
    }

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = false,
    };

    /// <summary>The byte-level alphabet: visible Latin-1 characters stand for themselves, the other bytes for U+0100 and on, in order.</summary>
    private static char ByteLetter(int value)
    {
        return IsVisible(value) ? (char)value : (char)(256 + Enumerable.Range(0, value).Count(other => !IsVisible(other)));

        static bool IsVisible(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
    }
}
