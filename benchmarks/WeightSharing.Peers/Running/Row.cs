namespace WeightSharing.Peers.Running;

/// <summary>What was measured of one work: medians in milliseconds, null for a peer that takes no part.</summary>
internal sealed record Row(Work Work, int Threads, double Ours, double? Libtorch, double? Ort, double Peak, string? Disagreement)
{
    /// <summary>10⁹ operations a second, of this library.</summary>
    public double Gflops => Work.Operations / Ours * 1e-6;

    /// <summary>Its share of what multiply-adds alone reach on as many threads.</summary>
    public double PeakFraction => Gflops / Peak;
}
