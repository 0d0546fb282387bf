using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>The four kinds of filters with linear phase: odd or even length, mirror-symmetric or antisymmetric.</summary>
public enum LinearPhaseType
{
    /// <summary>Odd length, symmetric: no forced zeros.</summary>
    I = 1,

    /// <summary>Even length, symmetric: zero at ω = π.</summary>
    II,

    /// <summary>Odd length, antisymmetric: zeros at 0 and π, and at the middle tap.</summary>
    III,

    /// <summary>Even length, antisymmetric: zero at ω = 0.</summary>
    IV,
}

/// <summary>
/// A mirrored filter: w[N − 1 − n] = ±w[n]. Its frequency response is H(ω) = Σ w[n]·e^(−iωn) = e^(−iω(N−1)/2)·A(ω) (times i when antisymmetric) with A real:
/// every frequency is delayed by (N − 1)/2 samples.
/// </summary>
/// <remarks>Oppenheim and Schafer, "Discrete-time signal processing", section 5.7. Frequencies are in radians a sample.</remarks>
public sealed class LinearPhase
{
    private readonly GroupAction mirror;
    private readonly GroupAction sign;

    private LinearPhase(int taps, bool symmetric)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(taps);
        (Taps, IsSymmetric) = (taps, symmetric);
        FiniteGroup pair = FiniteGroup.Cyclic(2);
        mirror = GroupAction.Of(pair, taps, SignedPermutation.Of([.. Enumerable.Range(0, taps).Reverse()]));
        sign = GroupAction.Sign(pair, symmetric ? 1 : -1);
        Tying = symmetric ? Tying.Palindrome(taps) : Tying.Antisymmetric(taps);
    }

    /// <summary>N, the length.</summary>
    public int Taps { get; }

    /// <summary>True for w[N − 1 − n] = w[n], false for −w[n].</summary>
    public bool IsSymmetric { get; }

    /// <summary>Which of the four kinds.</summary>
    public LinearPhaseType Type => (IsSymmetric, Taps % 2 != 0) switch
    {
        (true, true) => LinearPhaseType.I,
        (true, false) => LinearPhaseType.II,
        (false, true) => LinearPhaseType.III,
        (false, false) => LinearPhaseType.IV,
    };

    /// <summary>The tying of [N], for the <c>tying</c> of a convolution.</summary>
    public Tying Tying { get; }

    /// <summary>Free taps: ⌈N/2⌉, N/2, (N − 1)/2, N/2 for the types I to IV.</summary>
    public int FreeTaps => Tying.FreeCount;

    /// <summary>(N − 1)/2 samples.</summary>
    public double GroupDelay => (Taps - 1) / 2.0;

    /// <summary>True when H(0) = 0 whatever the taps: a constant is removed.</summary>
    public bool VanishesAtZero => !IsSymmetric;

    /// <summary>True when H(π) = 0 whatever the taps: the fastest alternation is removed.</summary>
    public bool VanishesAtPi => Type is LinearPhaseType.II or LinearPhaseType.III;

    /// <summary>w[N − 1 − n] = w[n]: types I and II.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one tap.</exception>
    public static LinearPhase Palindromic(int taps) => new(taps, symmetric: true);

    /// <summary>w[N − 1 − n] = −w[n]: types III and IV.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one tap.</exception>
    public static LinearPhase Antisymmetric(int taps) => new(taps, symmetric: false);

    /// <summary>Filters of images mirrored along both directions: w[kH − 1 − i, j] = ±w[i, j] and w[i, kW − 1 − j] = ±w[i, j], each with its own sign.</summary>
    /// <param name="vertical">Along the columns of the filter; its length is kH.</param>
    /// <param name="horizontal">Along the rows; its length is kW.</param>
    /// <returns>A tying of [kH, kW].</returns>
    public static Tying Plane(LinearPhase vertical, LinearPhase horizontal)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        ArgumentNullException.ThrowIfNull(horizontal);
        return Mirrored(GroupAction.Outer(vertical.mirror, horizontal.mirror), GroupAction.Outer(vertical.sign, horizontal.sign));
    }

    /// <summary>Filters of images mirrored at their centre: w[kH − 1 − i, kW − 1 − j] = ±w[i, j], linear phase in two dimensions.</summary>
    /// <param name="kernel">kH and kW.</param>
    /// <param name="symmetric">+ or −.</param>
    /// <returns>A tying of [kH, kW].</returns>
    /// <exception cref="ArgumentOutOfRangeException">An extent is below 1.</exception>
    public static Tying Central(Size2 kernel, bool symmetric = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kernel.Height, nameof(kernel));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kernel.Width, nameof(kernel));
        return Mirrored(PlanarGroup.P2.OnPlane(kernel), GroupAction.Sign(PlanarGroup.P2.Group, symmetric ? 1 : -1));
    }

    /// <summary>H(ω) = Σ w[n]·e^(−iωn).</summary>
    public static Complex Response(ReadOnlySpan<double> taps, double frequency)
    {
        Complex sum = Complex.Zero;
        for (int n = 0; n < taps.Length; n++) sum += taps[n] * Complex.FromPolarCoordinates(1, -frequency * n);
        return sum;
    }

    /// <summary>A(ω), real: H(ω)·e^(iω(N−1)/2), divided by i for an antisymmetric filter, of taps that are mirrored so.</summary>
    /// <exception cref="ArgumentException">Another number of taps.</exception>
    public double Amplitude(ReadOnlySpan<double> taps, double frequency)
    {
        Complex centred = Centred(taps, frequency);
        return IsSymmetric ? centred.Real : centred.Imaginary;
    }

    /// <summary>Measures filters [.., N] against what their type promises, on 257 frequencies from 0 to π.</summary>
    /// <exception cref="ArgumentException">The last dimension is not the number of taps.</exception>
    public LinearPhaseVerification Verify<T>(Tensor<T> filters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(filters);
        if (filters.Rank == 0 || filters.Shape[-1] != Taps)
        {
            throw new ArgumentException($"LinearPhase: filters {filters.Shape} for {Taps} taps; the last dimension must hold them.", nameof(filters));
        }

        const int Frequencies = 256;
        double[] values = Array.ConvertAll(filters.ToArray(), double.CreateChecked);
        double mirrored = 0, phase = 0, atZero = 0, atPi = 0;
        for (int start = 0; start < values.Length; start += Taps)
        {
            ReadOnlySpan<double> taps = values.AsSpan(start, Taps);
            for (int n = 0; n < Taps; n++) mirrored = Math.Max(mirrored, Math.Abs(taps[Taps - 1 - n] - (IsSymmetric ? taps[n] : -taps[n])));
            for (int k = 0; k <= Frequencies; k++)
            {
                Complex centred = Centred(taps, Math.PI * k / Frequencies);
                phase = Math.Max(phase, Math.Abs(IsSymmetric ? centred.Imaginary : centred.Real));
            }

            atZero = Math.Max(atZero, Response(taps, 0).Magnitude);
            atPi = Math.Max(atPi, Response(taps, Math.PI).Magnitude);
        }

        return new LinearPhaseVerification(mirrored, phase, atZero, atPi);
    }

    /// <summary>Type, length and free taps.</summary>
    public override string ToString() => $"type {Type}, {Taps} taps, {FreeTaps} free";

    private static Tying Mirrored(GroupAction mirror, GroupAction sign)
    {
        Tying map = Symmetries.Tying(mirror, sign);
        return Tying.Of("mirrored", mirror.Shape, map.Indices, map.Signs);
    }

    private Complex Centred(ReadOnlySpan<double> taps, double frequency) => taps.Length == Taps
        ? Response(taps, frequency) * Complex.FromPolarCoordinates(1, frequency * GroupDelay)
        : throw new ArgumentException($"LinearPhase: {taps.Length} taps for a filter of {Taps}.", nameof(taps));
}

/// <summary>Measured properties of mirrored filters.</summary>
/// <param name="MirrorError">max |w[N − 1 − n] ∓ w[n]|.</param>
/// <param name="PhaseError">The largest part of H(ω)·e^(iω(N−1)/2) that should not be there: imaginary for symmetric filters, real for antisymmetric ones.</param>
/// <param name="AtZero">max |H(0)|.</param>
/// <param name="AtPi">max |H(π)|.</param>
public sealed record LinearPhaseVerification(double MirrorError, double PhaseError, double AtZero, double AtPi);
