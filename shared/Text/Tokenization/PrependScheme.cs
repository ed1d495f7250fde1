namespace OrleansInference.Text.Tokenization;

/// <summary>Where Metaspace puts a space that the text does not have.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}
