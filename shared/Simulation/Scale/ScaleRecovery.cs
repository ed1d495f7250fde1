using OrleansInference.Cluster.Router;

namespace OrleansInference.Simulation.Scale;

/// <summary>Costs of losing one device: the recovery times of the running sequences, with the strategy that the control itself chooses.</summary>
internal static class ScaleRecovery
{
    /// <summary>Measures the seconds of a recovery by the chosen strategy, with and without a journal, for each stage that could be lost.</summary>
    public static (LatencyHistogram Journal, LatencyHistogram Prefix) Measure(ScaleOptions options, ScaleModel model, ScaleStage[] stages, int[] running)
    {
        int layers = model.Cost.Layers.Count;
        double perLayer = model.Cost.Layers.Average(static layer => layer.OperationsPerToken) / (options.Teraflops * 1e12);
        RecoveryCosts costs = new() { LayerToken = perLayer, HiddenToken = model.Cost.ActivationBytesPerToken / (options.Link * 1e9) };
        (LatencyHistogram journal, LatencyHistogram prefix) = (new(), new());
        foreach (ScaleStage lost in stages)
        {
            LayerRange[] range = [new(lost.First, lost.End)];
            journal.Add(Time(lost.First > 0));
            prefix.Add(Time(false));

            double Time(bool held)
            {
                double seconds = 0;
                foreach (int tokens in running)
                {
                    RecoveryStrategy rung = costs.Choose(tokens, layers, range, held);
                    seconds += Bottleneck(rung, lost) * tokens + (rung == RecoveryStrategy.Journal ? costs.HiddenToken * tokens : 0);
                }

                return seconds;
            }
        }

        return (journal, prefix);

        // Stages work on different sequences concurrently: the slowest participating stage determines the time.
        double Bottleneck(RecoveryStrategy rung, ScaleStage lost) => stages
            .Where(stage => rung == RecoveryStrategy.Full || stage == lost || (rung == RecoveryStrategy.Prefix && stage.First < lost.First))
            .Max(stage => model.Cost.Layers.Skip(stage.First).Take(stage.Layers).Sum(static layer => layer.OperationsPerToken) / stage.Device.ArithmeticRate);
    }
}
