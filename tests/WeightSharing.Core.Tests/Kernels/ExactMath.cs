using System.Numerics;

namespace WeightSharing.Tests.Kernels;

/// <summary>Elementary functions in fixed point with 1200 fractional bits: exact enough for every double, subnormals included.</summary>
internal static class ExactMath
{
    private const int Bits = 1200;

    private static readonly BigInteger One = BigInteger.One << Bits;
    private static readonly BigInteger Ln2 = NaturalLogOf2();
    private static readonly BigInteger Pi = 4 * (4 * ArcTangentOfInverse(5) - ArcTangentOfInverse(239));

    public static BigInteger Of(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) & 0x7FF;
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        mantissa <<= Math.Max(exponent, 1) - 1075 + Bits;
        return bits < 0 ? -mantissa : mantissa;
    }

    public static BigInteger Exp(BigInteger x)
    {
        BigInteger n = (x + Ln2 / 2) / Ln2;
        BigInteger r = (x - n * Ln2) >> 16, term = One, sum = One;
        for (int k = 1; !(term = Multiply(term, r) / k).IsZero && term != -1; k++) sum += term;
        for (int i = 0; i < 16; i++) sum = Multiply(sum, sum);
        return n >= 0 ? sum << (int)n : sum >> -(int)n;
    }

    public static BigInteger Expm1(BigInteger x) => Exp(x) - One;

    public static BigInteger Log(BigInteger y, double start)
    {
        BigInteger z = Of(start);
        for (int i = 0; i < 2; i++)
        {
            BigInteger e = Exp(z);
            z += 2 * Divide(y - e, y + e);
        }

        return z;
    }

    public static BigInteger Log1p(BigInteger x, double start) => Log(One + x, start);

    public static BigInteger Tanh(BigInteger x)
    {
        BigInteger e = Exp(2 * x);
        return Divide(e - One, e + One);
    }

    public static BigInteger Sigmoid(BigInteger x) => Divide(One, One + Exp(-x));

    public static BigInteger Softplus(BigInteger x, double start) => Log1p(Exp(x), start);

    public static BigInteger Erf(BigInteger x)
    {
        BigInteger square = Multiply(x, x), term = x, sum = x;
        for (int n = 1; BigInteger.Abs(term) > 1; n++) sum += term = 2 * Multiply(term, square) / (2 * n + 1);
        return Divide(2 * Multiply(Exp(-square), sum), Sqrt(Pi));
    }

    /// <summary>x Φ(x); far below zero, where 1 + erf would keep no digits, by Laplace's continued fraction a + 1/(a + 2/(a + …)) = φ(a) / Φ(−a).</summary>
    public static BigInteger Gelu(BigInteger x)
    {
        if (x > -8 * One) return Multiply(x, One + Erf(Divide(x, Sqrt(2 * One)))) / 2;
        BigInteger a = -x, fraction = a;
        for (int k = 400; k > 0; k--) fraction = a + k * Divide(One, fraction);
        return -Divide(Multiply(a, Exp(-Multiply(a, a) / 2)), Multiply(fraction, Sqrt(2 * Pi)));
    }

    public static BigInteger GeluTanh(BigInteger x)
    {
        BigInteger cube = Multiply(x, Multiply(x, x)) * 44715 / 1_000_000;
        return Multiply(x, Sigmoid(2 * Multiply(Sqrt(Divide(2 * One, Pi)), x + cube)));
    }

    /// <summary>|actual − exact| in units of the last of <paramref name="digits"/> binary digits of the exact value.</summary>
    public static double ErrorInUlps(double actual, BigInteger exact, int digits, int smallestExponent)
    {
        int exponent = Math.Max((int)BigInteger.Abs(exact).GetBitLength() - digits, smallestExponent + Bits);
        return (double)((BigInteger.Abs(Of(actual) - exact) << 30) >> exponent) / (1 << 30);
    }

    private static BigInteger Multiply(BigInteger a, BigInteger b) => (a * b) >> Bits;

    private static BigInteger Divide(BigInteger a, BigInteger b) => (a << Bits) / b;

    private static BigInteger Sqrt(BigInteger x)
    {
        BigInteger square = x << Bits, root = BigInteger.One << ((int)(square.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (root + square / root) >> 1;
            if (next >= root) return root;
            root = next;
        }
    }

    private static BigInteger NaturalLogOf2()
    {
        // Σ 1 / (k 2ᵏ)
        BigInteger sum = BigInteger.Zero;
        for (int k = 1; k <= Bits; k++) sum += (One >> k) / k;
        return sum;
    }

    private static BigInteger ArcTangentOfInverse(int n)
    {
        BigInteger power = One / n, sum = power;
        for (int k = 1; !power.IsZero; k++)
        {
            power /= n * n;
            sum += (k % 2 == 0 ? power : -power) / (2 * k + 1);
        }

        return sum;
    }
}
