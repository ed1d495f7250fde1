namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// A linear function with coefficients of at least zero, fitted to what was observed lately: y ≈ Σ coefficient · feature. Coordinate descent from the last
/// solution, so that a direction which the observations do not tell of stays as it was. But noise tells of every direction a little: where a feature of
/// small numbers goes hand in hand with another, it would take over the other's part, a thousandfold. So what a coefficient was at first can keep a weight (ridge regression).
/// </summary>
/// <param name="terms">For each coefficient what it is at first, and the weight that this keeps: of an observation whose feature is its root.</param>
internal sealed class LeastSquares(params (double Initial, double Weight)[] terms)
{
    private const double Memory = 0.98;
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
            _targets[i] = (_targets[i] * Memory) + (features[i] * y);
            for (int j = 0; j < features.Length; j++)
            {
                _products[i, j] = (_products[i, j] * Memory) + (features[i] * features[j]);
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
