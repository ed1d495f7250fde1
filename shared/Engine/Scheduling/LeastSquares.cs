namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// A linear function with non-negative coefficients, fitted to recent observations: y ≈ Σ coefficient · feature. Coordinate descent from the last solution leaves directions unchanged
/// that the observations do not determine. Noise, however, determines every direction to some degree: a feature with small values that is correlated with another could replace it with
/// a coefficient a thousand times too high. The initial value of a coefficient can therefore keep a weight (ridge regression).
/// </summary>
/// <param name="terms">For each coefficient, its initial value and the weight of that value: it counts as an observation whose feature is the square root of the weight.</param>
internal sealed class LeastSquares(params (double Initial, double Weight)[] terms)
{
    private const double Decay = 0.98; // weight of older observations, per observation
    private const int Sweeps = 10;

    private readonly double[] _coefficients = [.. terms.Select(static term => term.Initial)];
    private readonly double[,] _products = new double[terms.Length, terms.Length];
    private readonly double[] _targets = new double[terms.Length];

    public int Observations { get; private set; }

    public double Coefficient(int feature) => _coefficients[feature];

    public void Observe(ReadOnlySpan<double> features, double y)
    {
        Observations++;
        for (int i = 0; i < features.Length; i++)
        {
            _targets[i] = (_targets[i] * Decay) + (features[i] * y);
            for (int j = 0; j < features.Length; j++)
            {
                _products[i, j] = (_products[i, j] * Decay) + (features[i] * features[j]);
            }
        }

        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            Sweep();
        }
    }

    private void Sweep()
    {
        for (int i = 0; i < _coefficients.Length; i++)
        {
            double weight = _products[i, i] + terms[i].Weight;
            if (weight > 0)
            {
                double rest = _targets[i] + (terms[i].Initial * terms[i].Weight);
                for (int j = 0; j < _coefficients.Length; j++)
                {
                    rest -= i == j ? 0 : _products[i, j] * _coefficients[j];
                }

                _coefficients[i] = Math.Max(0, rest / weight);
            }
        }
    }
}
