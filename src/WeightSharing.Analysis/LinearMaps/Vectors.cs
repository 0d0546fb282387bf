namespace WeightSharing.Analysis;

/// <summary>Sums over plain arrays, in their order.</summary>
internal static class Vectors
{
    /// <summary>Σ aᵢbᵢ, for arrays of one length.</summary>
    public static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>√Σ aᵢ².</summary>
    public static double Norm(double[] a) => Math.Sqrt(Dot(a, a));
}
