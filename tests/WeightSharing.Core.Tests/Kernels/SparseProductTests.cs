using CsCheck;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class SparseProductTests
{
    private sealed record Case(int Columns, int[] Starts, int[] Indices, int Inner);

    // Rows of very different lengths, empty ones among them, and widths around those of the vectors.
    private static readonly Gen<Case> Cases = Gen.Select(Gen.Int[0, 40].Array[0, 30], Gen.Int[1, 50], Gen.Int[0, 70]).SelectMany((lengths, columns, inner) =>
        Gen.Int[0, columns - 1].Array[lengths.Sum()].Select(indices => new Case(columns, [0, .. lengths.Select((_, i) => lengths[..(i + 1)].Sum())], indices, inner)));

    // Small integers, so that sums are exact in any order.
    private static T[] Integers<T>(int count, int seed)
        where T : System.Numerics.INumberBase<T> => [.. Enumerable.Range(0, count).Select(i => T.CreateChecked((i * 7 + seed * 11) % 23 - 11))];

    [Fact]
    public void All_variants_agree_with_the_definition()
    {
        Cases.Sample(c => Check<float>(c));
        Cases.Sample(c => Check<double>(c));
    }

    private static void Check<T>(Case c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int rows = c.Starts.Length - 1, entries = c.Indices.Length, inner = c.Inner;
        T[] x = Integers<T>(c.Columns * inner, 1), values = Integers<T>(entries, 2), a = Integers<T>(rows * inner, 3), each = Integers<T>(entries * inner, 4);
        int[] order = [.. Enumerable.Range(0, entries).Reverse()];
        var product = new T[rows * inner];
        var ordered = new T[rows * inner];
        var sum = new T[rows * inner];
        var segments = new T[rows * inner];
        var sampled = new T[entries];
        for (int row = 0; row < rows; row++)
        {
            for (int e = c.Starts[row]; e < c.Starts[row + 1]; e++)
            {
                for (int k = 0; k < inner; k++)
                {
                    T element = x[c.Indices[e] * inner + k];
                    product[row * inner + k] += values[e] * element;
                    ordered[row * inner + k] += values[order[e]] * element;
                    sum[row * inner + k] += element;
                    segments[row * inner + k] += each[e * inner + k];
                    sampled[e] += a[row * inner + k] * element;
                }
            }
        }

        foreach (SimdVariant variant in Simd.Available)
        {
            T[] Filled(Action<T[]> run, int length)
            {
                T[] result = [.. Enumerable.Repeat(T.NaN, length)];
                run(result);
                return result;
            }

            Assert.Equal(product, Filled(y => SparseProduct.Multiply(variant, c.Starts, c.Indices, [], values, inner, x, y), rows * inner));
            Assert.Equal(ordered, Filled(y => SparseProduct.Multiply<T>(variant, c.Starts, c.Indices, order, values, inner, x, y), rows * inner));
            if (entries > 0) Assert.Equal(sum, Filled(y => SparseProduct.Sum<T>(variant, c.Starts, c.Indices, inner, x, y), rows * inner));
            Assert.Equal(segments, Filled(y => SparseProduct.Sum<T>(variant, c.Starts, [], inner, each, y), rows * inner));
            Assert.Equal(sampled, Filled(v => SparseProduct.Sample<T>(variant, c.Starts, c.Indices, inner, a, x, v), entries));
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        const int Rows = 3000, Inner = 96;
        var random = new Random(1);
        int[] lengths = [.. Enumerable.Range(0, Rows).Select(row => row == 1000 ? 5000 : random.Next(12))];
        var starts = new int[Rows + 1];
        for (int row = 0; row < Rows; row++) starts[row + 1] = starts[row] + lengths[row];
        int[] columns = [.. Enumerable.Range(0, starts[^1]).Select(_ => random.Next(Rows))];
        float[] values = [.. columns.Select(_ => (float)random.NextDouble() - 0.5f)], x = [.. Enumerable.Range(0, Rows * Inner).Select(_ => (float)random.NextDouble() - 0.5f)];
        (float[] Product, float[] Sampled, int[] Largest) Run(int threads)
        {
            using Parallelism.Scope limit = Parallelism.Limit(threads);
            float[] y = new float[Rows * Inner], sampled = new float[columns.Length];
            int[] largest = new int[300 * Inner];
            SparseProduct.Multiply(starts, columns, [], values, Inner, x, y);
            SparseProduct.Sample<float>(starts, columns, Inner, x, x, sampled);
            SegmentExtremes.LargestPositions<float>([.. Enumerable.Range(0, 301).Select(i => 10 * i)], Inner, x, largest);
            return (y, sampled, largest);
        }

        (float[] product, float[] samples, int[] positions) = Run(1);
        foreach (int threads in new[] { 2, 5 })
        {
            (float[] otherProduct, float[] otherSamples, int[] otherPositions) = Run(threads);
            Assert.Equal(product, otherProduct);
            Assert.Equal(samples, otherSamples);
            Assert.Equal(positions, otherPositions);
        }
    }

    [Fact]
    public void Largest_positions_name_the_first_and_let_NaN_win()
    {
        double[] x = [1, 5, 3, 5, 3, double.NaN, 2, 7, double.NaN, 0];
        var found = new int[8];
        SegmentExtremes.LargestPositions<double>([0, 2, 2, 4, 5], 2, x, found);
        Assert.Equal([2, 1, -1, -1, 4, 5, 8, 9], found);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Equal("SparseProduct.Multiply: y has 3 elements; expected 4.",
            Assert.Throws<ArgumentException>(() => SparseProduct.Multiply<double>([0, 1, 1], [0], [], [1], 2, new double[2], new double[3])).Message);
        Assert.Equal("SparseProduct.Sample: values has 2 elements; expected 1.",
            Assert.Throws<ArgumentException>(() => SparseProduct.Sample<double>([0, 1, 1], [0], 2, new double[4], new double[2], new double[2])).Message);
    }
}
