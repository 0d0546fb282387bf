namespace WeightSharing.Markov;

/// <summary>Which parts of two sequences an alignment spans.</summary>
public enum PairMode
{
    /// <summary>Both from end to end.</summary>
    Global,

    /// <summary>End-free: at the front and at the back, one of the two may begin or end unaligned.</summary>
    SemiGlobal,

    /// <summary>Any part of one with any part of the other.</summary>
    Local,
}

/// <summary>How two sequences are compared.</summary>
/// <remarks>
/// Unaligned flanks come from Durbin's flanking states (1998, section 4.3): the four of them emit with q_x or q_y and end with probability η each, so that P
/// is a probability in every mode: local sums over all places of the alignment, end-free over those with one empty flank at each side.
/// </remarks>
public sealed record PairOptions
{
    /// <summary>Which parts the alignment spans.</summary>
    public PairMode Mode { get; init; }

    /// <summary>Only cells with |j − i·m/n| at most this; null is all. An alignment outside the band does not count.</summary>
    public int? Band { get; init; }

    /// <summary>Computes probabilities in float, with scaling: twice as fast, to about six digits of P.</summary>
    public bool SinglePrecision { get; init; }

    /// <summary>The most cells whose scores Viterbi keeps at once, 24 bytes each; beyond, it divides the problem (Hirschberg).</summary>
    public long TraceCells { get; init; } = 1 << 20;
}
