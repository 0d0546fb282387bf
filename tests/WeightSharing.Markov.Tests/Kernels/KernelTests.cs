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
            foreach (int states in new[] { 1, 3, 8, 13 })
            {
                int stride = MatrixVector.Stride(states), rows = 300;
                // The first of each row is its largest, 2.5; the others fall far below the range of numbers.
                double[] x = [.. Enumerable.Range(0, rows * states).Select(i => i % states == 0 ? 2.5 : i % 17 == 0 ? double.NegativeInfinity : 2.5 - i * 0.73)];
                double[] y = new double[rows * stride], largest = new double[rows];
                VectorExp.Rows(x, y, largest, states, stride, width);
                Assert.All(largest, value => Assert.Equal(2.5, value));
                for (int i = 0; i < y.Length; i++)
                {
                    double argument = i % stride < states ? x[i / stride * states + i % stride] - 2.5 : double.NegativeInfinity, expected = argument < -708 ? 0 : Math.Exp(argument);
                    Assert.Equal(expected, y[i], 4e-16 * expected);
                }
            }

            double[] bad = new double[16], tops = new double[2];
            VectorExp.Rows([double.NegativeInfinity, double.NegativeInfinity, 0, double.NaN], bad, tops, 2, 8, width);
            Assert.Equal(double.NegativeInfinity, tops[0]);
            Assert.True(double.IsNaN(tops[1]));
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
