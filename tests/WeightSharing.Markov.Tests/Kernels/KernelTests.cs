using WeightSharing.Markov.Kernels;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Markov.Kernels;

public sealed class KernelTests
{
    [Fact]
    public void Exponentials_are_accurate_in_every_variant()
    {
        foreach (SimdWidth width in Simd.Available)
        {
            double[] x = [.. Enumerable.Range(0, 3001).Select(i => -i * 0.23), 0, -1e-300, -708.5, double.NegativeInfinity];
            double[] y = [.. x];
            VectorExp.Apply(y, width);
            for (int i = 0; i < x.Length; i++) Assert.Equal(x[i] < -708 ? 0 : Math.Exp(x[i]), y[i], 4e-16 * Math.Exp(x[i]));
        }
    }

    [Fact]
    public void A_variant_is_forced_by_name()
    {
        Assert.Equal(SimdWidth.Vector128, Simd.Choose("128"));
        Assert.Equal(SimdWidth.Reference, Simd.Choose("reference"));
        Assert.Equal(Simd.Chosen, Simd.Choose(Environment.GetEnvironmentVariable(Simd.VariableName)));
        Assert.Equal("WEIGHTSHARING_SIMD=64: expected reference, 128, 256 or 512.", Assert.Throws<InvalidOperationException>(() => Simd.Choose("64")).Message);
    }

    [Fact]
    public void Matrix_products_agree_with_loops_in_every_variant()
    {
        foreach (int states in new[] { 1, 3, 8, 13, 24, 40, 50, 64 })
        {
            int stride = MatrixVector.Stride(states), steps = 9;
            double[] matrix = new double[states * stride], rows = new double[steps * stride], other = new double[steps * stride];
            for (int i = 0; i < states; i++) RandomKey.Of(i).FillUniform(matrix.AsSpan(i * stride, states));
            for (int t = 0; t < steps; t++)
            {
                RandomKey.Of(100 + t).FillUniform(rows.AsSpan(t * stride, states));
                RandomKey.Of(200 + t).FillUniform(other.AsSpan(t * stride, states));
            }

            double[] expected = new double[stride], outer = new double[states * stride];
            for (int j = 0; j < states; j++)
            {
                for (int i = 0; i < states; i++)
                {
                    expected[j] += rows[i] * matrix[i * stride + j];
                    for (int t = 0; t < steps; t++) outer[i * stride + j] += rows[t * stride + i] * other[t * stride + j];
                }
            }

            foreach (SimdWidth width in Simd.Available)
            {
                double[] y = new double[stride], w = new double[states * stride];
                MatrixVector.Multiply(rows, matrix, y, states, stride, width);
                OuterSum.Accumulate(rows, other, w, steps, states, stride, width);
                Brute.Near(expected, y, 1e-12);
                Brute.Near(outer, w, 1e-12);
            }
        }
    }
}
