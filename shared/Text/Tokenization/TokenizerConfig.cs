namespace OrleansInference.Text.Tokenization;

/// <summary>Tokenizer settings of a checkpoint folder in addition to tokenizer.json: tokenizer_config.json and chat_template.jinja.</summary>
public sealed record TokenizerConfig
{
    private const string FileName = "tokenizer_config.json";
    private const string TemplateFileName = "chat_template.jinja";
    private const int MaxFileBytes = 16 << 20;

    /// <summary>The content of the beginning-of-sequence token, or null.</summary>
    public string? BeginToken { get; init; }

    /// <summary>The content of the end-of-sequence token, or null.</summary>
    public string? EndToken { get; init; }

    public string? PadToken { get; init; }

    public string? UnknownToken { get; init; }

    /// <summary>Whether encoding starts with <see cref="BeginToken"/>; null if the file does not specify it.</summary>
    public bool? AddBeginToken { get; init; }

    /// <summary>Whether encoding ends with <see cref="EndToken"/>; null if the file does not specify it.</summary>
    public bool? AddEndToken { get; init; }

    /// <summary>Maximum tokens of the model's context; null if the file has no value, or one beyond all contexts.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Chat templates by name; the one without a name is "default".</summary>
    public IReadOnlyDictionary<string, string> ChatTemplates { get; init; } = new Dictionary<string, string>();

    /// <summary>The template named "default", or null.</summary>
    public string? ChatTemplate => ChatTemplates.GetValueOrDefault("default");

    /// <summary>Reads a checkpoint folder. Missing files leave their fields empty. A chat_template.jinja takes precedence over the template in the JSON.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTokenizer"/>: a file is malformed or larger than 16 MiB.</exception>
    public static TokenizerConfig Load(string directory)
    {
        string path = Path.Combine(directory, FileName);
        TokenizerConfig config = ReadFile(path) is { } json ? Parse(json, path) : new TokenizerConfig();
        string? template = ReadFile(Path.Combine(directory, TemplateFileName));
        if (template is null)
            return config;
        return config with { ChatTemplates = new Dictionary<string, string>(config.ChatTemplates) { ["default"] = template } };
    }

    private static TokenizerConfig Parse(string json, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return TokenizerConfigReader.Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"{path}: the file is not valid JSON: {exception.Message}", path, exception);
        }
        catch (InferenceException exception)
        {
            throw new InferenceException(exception.Code, $"{path}: {exception.Message}", exception.Parameter, exception);
        }
    }

    private static string? ReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                return null;
            if (file.Length > MaxFileBytes)
                throw new InferenceException(ErrorCode.InvalidTokenizer, $"{path}: the file has {file.Length} bytes; expected at most {MaxFileBytes}.", path);
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"{path}: the file cannot be read: {exception.Message}", path, exception);
        }
    }
}
