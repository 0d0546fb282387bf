using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WeightSharing.Kernels;

/// <summary>
/// The tables of <see cref="VectorMath{T, V, L}"/>'s piecewise polynomials: a function of a ≥ 0 on 32 segments, each with the centre c = i · width and a
/// polynomial of degree 5 in t = a − c, |t| ≤ width / 2, that interpolates it at Chebyshev's nodes.
/// </summary>
/// <remarks>
/// Rows of 32 floats, one row a coefficient: two registers of 512 bits hold a row, and one permutation looks a vector of coefficients up. The
/// constant coefficient has two rows, its float and what that lacks, so that its rounding does not count. Computed on first use, in double.
/// </remarks>
internal static unsafe class PiecewiseTables
{
    public const int Segments = 32, Degree = 5, ConstantRest = (Degree + 1) * Segments;

    // Reading the field runs the initializer of its class.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Touch(float* table) => ArgumentNullException.ThrowIfNull(table);

    private static float* Build(double width, Func<double, double> function)
    {
        const int count = Degree + 1;
        float* table = (float*)NativeMemory.AlignedAlloc((ConstantRest + Segments) * sizeof(float), 64);
        Span<double> node = stackalloc double[count], value = stackalloc double[count], polynomial = stackalloc double[count];
        for (int segment = 0; segment < Segments; segment++)
        {
            // The first segment has no left half.
            double low = segment == 0 ? 0 : -width / 2, high = width / 2;
            for (int k = 0; k < count; k++)
            {
                node[k] = (low + high) / 2 + (high - low) / 2 * Math.Cos((2 * k + 1) * Math.PI / (2 * count));
                value[k] = function(segment * width + node[k]);
            }

            // Newton's divided differences, then Horner's scheme on polynomials.
            for (int order = 1; order < count; order++)
                for (int k = count - 1; k >= order; k--) value[k] = (value[k] - value[k - 1]) / (node[k] - node[k - order]);
            polynomial.Clear();
            for (int k = count - 1; k >= 0; k--)
            {
                for (int power = count - 1; power > 0; power--) polynomial[power] = polynomial[power - 1] - node[k] * polynomial[power];
                polynomial[0] = value[k] - node[k] * polynomial[0];
            }

            for (int power = 0; power < count; power++) table[power * Segments + segment] = (float)polynomial[power];
            table[ConstantRest + segment] = (float)(polynomial[0] - table[segment]);
        }

        return table;
    }

    /// <summary>Q(a) = 1 − Φ(a)</summary>
    internal static class NormalTail
    {
        public const double Width = 0.1328125, End = 4.171875;
        public static readonly float* Table = Build(Width, Of);

        public static void Prepare() => Touch(Table);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static double Of(double a) => VectorMath<double, double, ScalarLanes<double>>.Gelu(-a) / -a;
    }

    /// <summary>Q(a) from the end of <see cref="NormalTail"/> on, by the distance from there.</summary>
    internal static class NormalTailFar
    {
        public const double Width = 0.0625, End = 6.109375;
        public static readonly float* Table = Build(Width, distance => NormalTail.Of(NormalTail.End + distance));

        public static void Prepare() => Touch(Table);
    }

    /// <summary>Q(a) − a φ(a)</summary>
    internal static class GeluSlopeTail
    {
        public const double Width = 0.1328125, End = 4.171875;
        public static readonly float* Table = Build(Width, Of);

        public static void Prepare() => Touch(Table);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static double Of(double a) => VectorMath<double, double, ScalarLanes<double>>.GeluSlope(-a);
    }

    /// <summary>Q(a) − a φ(a) from the end of <see cref="GeluSlopeTail"/> on, by the distance from there.</summary>
    internal static class GeluSlopeTailFar
    {
        public const double Width = 0.0625, End = 6.109375;
        public static readonly float* Table = Build(Width, distance => GeluSlopeTail.Of(GeluSlopeTail.End + distance));

        public static void Prepare() => Touch(Table);
    }

    /// <summary>erf(a) / a; erf is 1 to the last digit at the end.</summary>
    internal static class ErfRatio
    {
        public const double Width = 0.125, End = 3.93;
        public static readonly float* Table = Build(Width, Of);

        public static void Prepare() => Touch(Table);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static double Of(double a) => VectorMath<double, double, ScalarLanes<double>>.Erf(a) / a;
    }

    /// <summary>tanh(a) / a; tanh is 1 to the last digit at the end.</summary>
    internal static class TanhRatio
    {
        public const double Width = 0.296875, End = 9.1;
        public static readonly float* Table = Build(Width, a => Math.Tanh(a) / a);

        public static void Prepare() => Touch(Table);
    }

    /// <summary>σ(−a)</summary>
    internal static class SigmoidTail
    {
        public const double Width = 0.5, End = 15.75;
        public static readonly float* Table = Build(Width, a => 1 / (1 + Math.Exp(a)));

        public static void Prepare() => Touch(Table);
    }

    /// <summary>ln(1 + e⁻ᵃ)</summary>
    internal static class SoftplusTail
    {
        public const double Width = 0.5, End = 15.75;
        public static readonly float* Table = Build(Width, a => double.LogP1(Math.Exp(-a)));

        public static void Prepare() => Touch(Table);
    }
}
