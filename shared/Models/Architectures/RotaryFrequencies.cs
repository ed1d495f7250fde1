using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Architectures;

/// <summary>
/// Rotary inverse frequencies: f_i = 1 / theta^(2i / d), then scaled as the configuration says. All in float32, operation for operation as the reference
/// does it; the power is rounded from float64, so that every platform gets the same bits.
/// </summary>
internal static class RotaryFrequencies
{
    private const double DefaultTheta = 10_000;

    /// <summary>Reads either form: rope_theta with rope_scaling, or rope_parameters that holds both.</summary>
    public static RotarySpec Read(FieldReader config, int headDim)
    {
        FieldReader? scaling = config.Section("rope_scaling") ?? config.Section("rope_parameters");
        double topTheta = config.Number("rope_theta", 1, 1e15, DefaultTheta);
        double theta = scaling?.Number("rope_theta", 1, 1e15, topTheta) ?? topTheta;
        RequireWholeHead(config);
        float[] frequencies = Plain((float)theta, headDim);
        if (scaling is FieldReader parameters)
            Scale(config, parameters, frequencies);
        return new RotarySpec(frequencies);
    }

    private static float[] Plain(float theta, int headDim)
    {
        float[] frequencies = new float[headDim / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            float exponent = (float)(2 * i) / headDim;
            frequencies[i] = 1f / (float)Math.Pow(theta, exponent);
        }

        return frequencies;
    }

    private static void Scale(FieldReader config, FieldReader parameters, float[] frequencies)
    {
        if (parameters.Element.EnumerateObject().Any(property => property.Value.ValueKind == System.Text.Json.JsonValueKind.Object))
            throw parameters.Unsupported("*", "holds parameters for each kind of layer, which is not supported");
        RequireWholeHead(parameters);
        string? type = parameters.Text("rope_type") ?? parameters.Text("type");
        switch (type)
        {
            case null when !parameters.Has("factor"):
            case "default":
                break;
            case "linear":
                float divisor = (float)parameters.Number("factor", 1, 1e6);
                for (int i = 0; i < frequencies.Length; i++)
                    frequencies[i] /= divisor;
                break;
            case "llama3":
                Llama3(config, parameters, frequencies);
                break;
            default:
                string found = type is null ? "missing" : BadCheckpoint.Quote(type);
                throw parameters.Unsupported("rope_type", $"is {found}; supported are default, linear and llama3");
        }
    }

    /// <summary>Long waves are stretched by the factor, short ones kept, those between blended (Llama 3.1).</summary>
    private static void Llama3(FieldReader config, FieldReader parameters, float[] frequencies)
    {
        const string Original = "original_max_position_embeddings";
        float factor = (float)parameters.Number("factor", 1, 1e6);
        double low = parameters.Number("low_freq_factor", 1e-6, 1e6);
        double high = parameters.Number("high_freq_factor", 1e-6, 1e6);
        if (low >= high)
            throw parameters.Unsupported("high_freq_factor", $"is {high}, expected more than low_freq_factor, {low}");
        int context = parameters.Has(Original) || !config.Has(Original) ? parameters.Integer(Original, 1, 1 << 28) : config.Integer(Original, 1, 1 << 28);
        float longest = (float)(context / low);
        float shortest = (float)(context / high);
        for (int i = 0; i < frequencies.Length; i++)
        {
            // A scalar over a tensor is computed there as the reciprocal times the scalar.
            float frequency = frequencies[i];
            float wavelength = 1f / frequency * (float)(2 * Math.PI);
            if (wavelength > longest)
            {
                frequencies[i] = frequency / factor;
            }
            else if (wavelength >= shortest)
            {
                float smooth = ((1f / wavelength * context) - (float)low) / (float)(high - low);
                frequencies[i] = ((1f - smooth) * frequency / factor) + (smooth * frequency);
            }
        }
    }

    private static void RequireWholeHead(FieldReader fields)
    {
        if (fields.Number("partial_rotary_factor", 0, 1, 1) != 1)
            throw fields.Unsupported("partial_rotary_factor", "is not 1, which is not supported");
    }
}
