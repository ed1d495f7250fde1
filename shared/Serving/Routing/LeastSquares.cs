namespace OrleansInference.Serving.Routing;

/// <summary>
/// A linear function with coefficients of at least zero, fitted to what was observed lately: y ≈ Σ coefficient · feature. Coordinate descent from the last
/// solution, so that a direction which the observations do not tell of stays as it was.
/// </summary>
internal sealed class LeastSquares(params double[] initial)
{
    private const double Memory = 0.98;
    private const int Sweeps = 10;

    private readonly double[] _coefficients = [.. initial];
    private readonly double[,] _products = new double[initial.Length, initial.Length];
    private readonly double[] _targets = new double[initial.Length];

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
            if (_products[i, i] > 0)
            {
                double rest = _targets[i];
                for (int j = 0; j < _coefficients.Length; j++)
                {
                    rest -= i == j ? 0 : _products[i, j] * _coefficients[j];
                }

                _coefficients[i] = Math.Max(0, rest / _products[i, i]);
            }
        }
    }
}
