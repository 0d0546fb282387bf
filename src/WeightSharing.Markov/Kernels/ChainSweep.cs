using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Markov.Kernels;

/// <summary>
/// The scaled recursions of a hidden Markov chain over a block of steps: αₜ ∝ bₜ ⊙ (αₜ₋₁·A) with Σαₜ = 1, and βₜ ∝ A·(bₜ₊₁ ⊙ βₜ₊₁) with a scale of
/// its own, so that neither under- nor overflows at any length. All rows have one stride (<see cref="MatrixVector.Stride"/>), padded with zeros.
/// </summary>
/// <remarks>Rabiner 1989, section V.A; the backward scale is taken from the product with α, so that posteriors sum to one exactly as computed.</remarks>
internal static unsafe class ChainSweep
{
    /// <summary>A step whose mass falls below this has lost digits of its small parts: the caller computes in logarithms instead.</summary>
    public const double Tiny = 1e-250;

    /// <summary>Longest block of the backward sweep.</summary>
    public const int Block = 128;

    /// <summary>α of a block of steps.</summary>
    /// <param name="previous">α before the block; empty: the block begins with <paramref name="start"/>.</param>
    /// <param name="start">Probabilities of the first state.</param>
    /// <param name="transition">A, states × stride.</param>
    /// <param name="emission">b, steps × stride.</param>
    /// <param name="alpha">Receives α, steps × stride.</param>
    /// <param name="scales">Receives the mass of every step before it was normalised.</param>
    /// <param name="states">Number of states.</param>
    /// <param name="stride">Of all rows.</param>
    /// <param name="width">The variant.</param>
    /// <returns>False when a step's mass is below <see cref="Tiny"/>.</returns>
    public static bool Forward(
        ReadOnlySpan<double> previous, ReadOnlySpan<double> start, ReadOnlySpan<double> transition, ReadOnlySpan<double> emission, Span<double> alpha,
        Span<double> scales, int states, int stride, SimdWidth width)
    {
        fixed (double* p = previous, s = start, a = transition, b = emission, target = alpha, c = scales)
        {
            return width switch
            {
                SimdWidth.Vector512 => Forward<Vector512<double>, Lanes512<double>>(p, s, a, b, target, c, scales.Length, states, stride, width),
                SimdWidth.Vector256 => Forward<Vector256<double>, Lanes256<double>>(p, s, a, b, target, c, scales.Length, states, stride, width),
                _ => Forward<Vector128<double>, Lanes128<double>>(p, s, a, b, target, c, scales.Length, states, stride, width),
            };
        }
    }

    /// <summary>Posteriors and expected transitions of a block of steps, from its end to its beginning.</summary>
    /// <param name="transposed">Aᵀ, states × stride.</param>
    /// <param name="end">The weight of ending in each state; used when <paramref name="isLast"/>.</param>
    /// <param name="emission">b, steps × stride.</param>
    /// <param name="alpha">α, steps × stride.</param>
    /// <param name="carry">bₜ₊₁ ⊙ βₜ₊₁ of the step behind the block, up to a factor; receives that of the block's first step.</param>
    /// <param name="gamma">Receives posteriors, steps × stride.</param>
    /// <param name="weights">[states × stride] += Σ αₜ ⊗ (bₜ₊₁ ⊙ βₜ₊₁) / P: the derivative of ln P by A.</param>
    /// <param name="endWeights">[stride]: the derivative of ln P by the end weights, set when <paramref name="isLast"/>.</param>
    /// <param name="scratch">(<see cref="Block"/> + 1) × stride numbers.</param>
    /// <param name="isLast">The block ends the sequence.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="states">Number of states.</param>
    /// <param name="stride">Of all rows.</param>
    /// <param name="width">The variant.</param>
    /// <returns>False when a step's mass is below <see cref="Tiny"/>.</returns>
    public static bool Backward(
        ReadOnlySpan<double> transposed, ReadOnlySpan<double> end, ReadOnlySpan<double> emission, ReadOnlySpan<double> alpha, Span<double> carry,
        Span<double> gamma, Span<double> weights, Span<double> endWeights, Span<double> scratch, bool isLast, int steps, int states, int stride, SimdWidth width)
    {
        fixed (double* a = transposed, e = end, b = emission, f = alpha, u = carry, g = gamma, w = weights, we = endWeights, work = scratch)
        {
            for (int to = steps; to > 0; to -= Block)
            {
                int from = Math.Max(0, to - Block), count = to - from;
                bool last = isLast && to == steps, good = width switch
                {
                    SimdWidth.Vector512 => Backward<Vector512<double>, Lanes512<double>>(
                        a, e, b + from * stride, f + from * stride, u, g + from * stride, we, work, last, count, states, stride, width),
                    SimdWidth.Vector256 => Backward<Vector256<double>, Lanes256<double>>(
                        a, e, b + from * stride, f + from * stride, u, g + from * stride, we, work, last, count, states, stride, width),
                    _ => Backward<Vector128<double>, Lanes128<double>>(
                        a, e, b + from * stride, f + from * stride, u, g + from * stride, we, work, last, count, states, stride, width),
                };
                if (!good) return false;
                OuterSum.Accumulate(f + from * stride, work, w, count, states, stride, width);
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Forward<V, L>(
        double* previous, double* start, double* transition, double* emission, double* alpha, double* scales, int steps, int states, int stride, SimdWidth width)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        for (int t = 0; t < steps; t++, emission += stride, alpha += stride)
        {
            if (previous is null) Buffer.MemoryCopy(start, alpha, stride * sizeof(double), stride * sizeof(double));
            else MatrixVector.Multiply(previous, transition, alpha, states, stride, width);
            V sum = L.Zero;
            for (int j = 0; j < stride; j += L.Count)
            {
                V value = L.Multiply(L.Load(alpha + j), L.Load(emission + j));
                sum = L.Add(sum, value);
                L.Store(value, alpha + j);
            }

            double mass = L.Sum(sum);
            scales[t] = mass;
            if (!(mass > Tiny)) return false;
            V inverse = L.Broadcast(1 / mass);
            for (int j = 0; j < stride; j += L.Count) L.Store(L.Multiply(L.Load(alpha + j), inverse), alpha + j);
            previous = alpha;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Backward<V, L>(
        double* transposed, double* end, double* emission, double* alpha, double* carry, double* gamma, double* endWeights, double* work, bool isLast,
        int steps, int states, int stride, SimdWidth width)
        where V : struct
        where L : struct, IVectorLanes<double, V>
    {
        double* beta = work + Block * stride;
        for (int t = steps - 1; t >= 0; t--)
        {
            double* f = alpha + t * stride, g = gamma + t * stride, b = emission + t * stride, transitions = work + t * stride;
            bool ends = isLast && t == steps - 1;
            if (ends) Buffer.MemoryCopy(end, beta, stride * sizeof(double), stride * sizeof(double));
            else MatrixVector.Multiply(carry, transposed, beta, states, stride, width);
            V sum = L.Zero, largest = L.Zero;
            for (int j = 0; j < stride; j += L.Count)
            {
                V v = L.Load(beta + j), product = L.Multiply(L.Load(f + j), v);
                sum = L.Add(sum, product);
                largest = L.Max(largest, v);
                L.Store(product, g + j);
            }

            double mass = L.Sum(sum), top = L.Largest(largest);
            if (!(mass > Tiny) || !double.IsFinite(mass) || !double.IsFinite(top)) return false;
            V inverse = L.Broadcast(1 / mass), scale = L.Broadcast(1 / top);
            for (int j = 0; j < stride; j += L.Count)
            {
                L.Store(L.Multiply(L.Load(g + j), inverse), g + j);
                // The last step has no transition behind it.
                L.Store(ends ? L.Zero : L.Multiply(L.Load(carry + j), inverse), transitions + j);
                if (ends) L.Store(L.Multiply(L.Load(f + j), inverse), endWeights + j);
            }

            for (int j = 0; j < stride; j += L.Count) L.Store(L.Multiply(L.Load(b + j), L.Multiply(L.Load(beta + j), scale)), carry + j);
        }

        return true;
    }
}
