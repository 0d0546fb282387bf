namespace WeightSharing.Markov;

/// <summary>Gamma functions, for counts and for the tail of χ².</summary>
internal static class SpecialFunctions
{
    // Coefficients of Lanczos's approximation with g = 7 and nine terms: 15 digits.
    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
        -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>ln n!, exact to rounding.</summary>
    public static double LogFactorial(int n)
    {
        if (n > 20) return LogGamma(n + 1.0);
        long product = 1;
        for (int k = 2; k <= n; k++) product *= k;
        return Math.Log(product);
    }

    /// <summary>ln Γ(x), x > 0.</summary>
    public static double LogGamma(double x)
    {
        if (x < 0.5) return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        x -= 1;
        double sum = Lanczos[0], t = x + 7.5;
        for (int i = 1; i < Lanczos.Length; i++) sum += Lanczos[i] / (x + i);
        return 0.5 * Math.Log(2 * Math.PI) + (x + 0.5) * Math.Log(t) - t + Math.Log(sum);
    }

    /// <summary>Q(a, x) = Γ(a, x) / Γ(a): the regularised upper incomplete gamma function (Abramowitz and Stegun 6.5).</summary>
    public static double UpperGamma(double a, double x)
    {
        if (!(x > 0)) return 1;
        if (double.IsPositiveInfinity(x)) return 0;
        double factor = Math.Exp(a * Math.Log(x) - x - LogGamma(a));
        if (x < a + 1)
        {
            // P by its power series, 6.5.29.
            double term = 1 / a, sum = term;
            for (int n = 1; n < 10_000 && term > sum * 1e-17; n++)
            {
                term *= x / (a + n);
                sum += term;
            }

            return 1 - factor * sum;
        }

        // Q by its continued fraction, 6.5.31, evaluated by Lentz's method.
        double b = x + 1 - a, c = 1e300, d = 1 / b, fraction = d;
        for (int n = 1; n < 10_000; n++)
        {
            double an = -n * (n - a);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            double change = c * d;
            fraction *= change;
            if (Math.Abs(change - 1) < 1e-16) break;
        }

        return factor * fraction;
    }

    /// <summary>The probability that a χ² variable with this many degrees of freedom exceeds x.</summary>
    public static double ChiSquareTail(double x, double degreesOfFreedom) => UpperGamma(degreesOfFreedom / 2, x / 2);
}
