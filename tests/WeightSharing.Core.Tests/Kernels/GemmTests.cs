using System.Numerics;
using CsCheck;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class GemmTests
{
    public static TheoryData<int> Variants => [.. Simd.Available.Select(variant => (int)variant)];

    /// <summary>A matrix in a buffer of its own, with its strides; the last element of the buffer is the matrix's last.</summary>
    private readonly record struct Matrix<T>(T[] Data, int Row, int Column)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public double[] ToDense(int rows, int columns)
        {
            var dense = new double[rows * columns];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++) dense[i * columns + j] = double.CreateTruncating(Data[i * Row + j * Column]);
            }

            return dense;
        }
    }

    private static Matrix<T> Create<T>(int rows, int columns, bool transposed, int gap, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int row = transposed ? 1 : columns + gap;
        int column = transposed ? rows + gap : 1;
        int length = rows == 0 || columns == 0 ? 0 : (rows - 1) * row + (columns - 1) * column + 1;
        return new Matrix<T>(RandomValues<T>(length, random), row, column);
    }

    private static T[] RandomValues<T>(int length, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[length];
        for (int i = 0; i < length; i++) values[i] = T.CreateTruncating(random.NextDouble() * 2 - 1);
        return values;
    }

    /// <summary>Compares with the definition in double, in a buffer whose other elements must stay as they are.</summary>
    private static void Check<T>(
        SimdVariant variant, int m, int n, int k, Matrix<T> a, Matrix<T> b, int cGap, bool accumulate, bool bias, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Margin = 5;
        int cRow = Math.Max(1, n + cGap);
        T[] before = RandomValues<T>(m * cRow + 2 * Margin, random);
        var after = (T[])before.Clone();
        T[] columnBias = bias ? RandomValues<T>(n, random) : [];
        int cLength = m == 0 || n == 0 ? 0 : (m - 1) * cRow + n;
        Gemm.Multiply<T>(
            variant, m, n, k, a.Data, a.Row, a.Column, b.Data, b.Row, b.Column, after.AsSpan(Margin, cLength), cRow, accumulate,
            columnBias);

        // k additions, each wrong by at most half a unit in the last place of a partial sum, which grows like the square root of k.
        double tolerance = (typeof(T) == typeof(float) ? 6e-8 : 1.2e-16) * (k + 2) * Math.Sqrt(k + 2) + 1e-30;
        double[] left = a.ToDense(m, k), right = b.ToDense(k, n);
        var expected = new double[n];
        for (int e = 0; e < Margin; e++) Unchanged(e);
        for (int i = 0; i < m; i++)
        {
            int start = Margin + i * cRow;
            for (int j = 0; j < n; j++)
            {
                expected[j] = (accumulate ? double.CreateTruncating(before[start + j]) : 0)
                    + (bias ? double.CreateTruncating(columnBias[j]) : 0);
            }

            for (int p = 0; p < k; p++)
            {
                for (int j = 0; j < n; j++) expected[j] += left[i * k + p] * right[p * n + j];
            }

            for (int j = 0; j < n; j++)
            {
                double error = Math.Abs(double.CreateTruncating(after[start + j]) - expected[j]);
                if (!(error <= tolerance))
                {
                    Assert.Fail($"{Describe()}: C[{i}, {j}] = {after[start + j]}, expected {expected[j]}, error {error:E2}.");
                }
            }

            for (int e = start + n; e < start + cRow; e++) Unchanged(e);
        }

        for (int e = Margin + m * cRow; e < after.Length; e++) Unchanged(e);

        void Unchanged(int e)
        {
            if (before[e] != after[e]) Assert.Fail($"{Describe()}: element {e - Margin} outside C was written.");
        }

        string Describe() => $"{variant} {typeof(T).Name} [{m}, {k}] · [{k}, {n}], A by {a.Row}, {a.Column}, B by {b.Row}, {b.Column}, "
            + $"C by {cRow}, accumulate {accumulate}, bias {bias}";
    }

    private static void CheckAllForms<T>(SimdVariant variant, int m, int n, int k, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int form = 0; form < 4; form++)
        {
            Matrix<T> a = Create<T>(m, k, (form & 1) != 0, 0, random);
            Matrix<T> b = Create<T>(k, n, (form & 2) != 0, 0, random);
            Check(variant, m, n, k, a, b, 0, accumulate: false, bias: false, random);
            a = Create<T>(m, k, (form & 1) != 0, 3, random);
            b = Create<T>(k, n, (form & 2) != 0, 2, random);
            Check(variant, m, n, k, a, b, 1, accumulate: true, bias: (form & 1) != 0, random);
            Check(variant, m, n, k, a, b, 4, accumulate: false, bias: true, random);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Products_are_right_around_every_tile_edge(int variant)
    {
        var random = new Random(1);
        int[] rows = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 23, 24, 25, 61];
        int[] columns = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65];
        int[] inner = [0, 1, 2, 7, 9, 16, 19];
        foreach (int m in rows)
        {
            foreach (int n in columns)
            {
                int k = inner[(m + n) % inner.Length];
                CheckAllForms<float>((SimdVariant)variant, m, n, k, random);
                CheckAllForms<double>((SimdVariant)variant, m, n, k, random);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Products_are_right_around_the_edges_of_the_inner_passes(int variant)
    {
        var random = new Random(2);
        foreach (int k in (int[])[0, 1, 255, 256, 257, 511, 512, 513, 1025, 2015, 2016, 2017])
        {
            CheckAllForms<float>((SimdVariant)variant, 13, 18, k, random);
            CheckAllForms<double>((SimdVariant)variant, 14, 17, k, random);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Products_of_a_long_inner_dimension_are_right(int variant)
    {
        var random = new Random(11);
        CheckAllForms<float>((SimdVariant)variant, 2, 3, 2048, random);
        CheckAllForms<float>((SimdVariant)variant, 5, 18, 4033, random);
        CheckAllForms<double>((SimdVariant)variant, 19, 33, 2050, random);
        Matrix<float> a = Create<float>(3, 131_000, true, 0, random), b = Create<float>(131_000, 5, false, 0, random);
        Check((SimdVariant)variant, 3, 5, 131_000, a, b, 0, accumulate: false, bias: true, random);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Products_with_few_rows_or_columns_are_right(int variant)
    {
        var random = new Random(3);
        foreach (int few in (int[])[1, 2, 3, 4, 5])
        {
            foreach (int many in (int[])[63, 130, 2049])
            {
                foreach (int k in many > 1000 ? (int[])[9] : (int[])[1, 31, 68])
                {
                    CheckAllForms<float>((SimdVariant)variant, few, many, k, random);
                    CheckAllForms<double>((SimdVariant)variant, many, few, k, random);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Products_that_pack_both_operands_and_several_blocks_are_right(int variant)
    {
        var random = new Random(4);
        CheckAllForms<float>((SimdVariant)variant, 261, 135, 37, random);
        CheckAllForms<double>((SimdVariant)variant, 259, 129, 33, random);
        CheckAllForms<float>((SimdVariant)variant, 2019, 9, 3, random);
        CheckAllForms<float>((SimdVariant)variant, 5, 2019, 3, random);
    }

    /// <summary>Tall enough that B is packed by the first tile, or few rows against a B that lies transposed, with edges of every panel and pass.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Products_that_pack_in_passing_or_swap_their_operands_are_right(int variant)
    {
        var random = new Random(12);
        foreach ((int m, int n, int k) in ((int, int, int)[])[(49, 97, 11), (61, 64, 530), (13, 1100, 190), (16, 70, 9), (30, 131, 33), (48, 200, 519)])
        {
            CheckAllForms<float>((SimdVariant)variant, m, n, k, random);
            CheckAllForms<double>((SimdVariant)variant, m, n, k, random);
        }
    }

    /// <summary>A weight's packed copy takes another way through the product than the weight itself, and must not show.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Packed_right_operands_change_no_bit(int variant)
    {
        var random = new Random(13);
        foreach ((int m, int n, int k) in ((int, int, int)[])[(32, 200, 530), (48, 257, 1040), (64, 96, 40), (31, 128, 600), (100, 50, 513)])
        {
            float[] a = RandomValues<float>(m * k, random), b = RandomValues<float>(n * k, random), bias = RandomValues<float>(n, random);
            float[] before = RandomValues<float>(m * n, random);
            int length = Gemm.PackedLength<float>((SimdVariant)variant, m, n, k);
            var packed = new float[length];
            if (length > 0) Gemm.PackRight<float>((SimdVariant)variant, n, k, b, 1, k, packed);
            foreach (bool accumulate in (bool[])[false, true])
            {
                float[] Product(float[] right)
                {
                    var c = (float[])before.Clone();
                    Gemm.Multiply<float>((SimdVariant)variant, m, n, k, a, k, 1, b, 1, k, c, n, accumulate, bias, right);
                    return c;
                }

                Assert.True(Product([]).AsSpan().SequenceEqual(Product(packed)), $"[{m}, {k}] · [{k}, {n}], accumulate {accumulate}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_stride_of_zero_repeats(int variant)
    {
        var random = new Random(5);
        foreach ((int m, int n, int k) in ((int, int, int)[])[(1, 40, 9), (5, 17, 20), (13, 40, 33), (40, 1, 33), (130, 140, 5)])
        {
            foreach ((int aRow, int aColumn) in ((int, int)[])[(0, 1), (1, 0), (0, 0), (k, 1)])
            {
                foreach ((int bRow, int bColumn) in ((int, int)[])[(0, 1), (1, 0), (0, 0), (n, 1)])
                {
                    var a = new Matrix<float>(RandomValues<float>((m - 1) * aRow + (k - 1) * aColumn + 1, random), aRow, aColumn);
                    var b = new Matrix<float>(RandomValues<float>((k - 1) * bRow + (n - 1) * bColumn + 1, random), bRow, bColumn);
                    Check((SimdVariant)variant, m, n, k, a, b, 0, accumulate: false, bias: true, random);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_second_element_is_a_matrix_too(int variant)
    {
        var random = new Random(6);
        foreach ((int m, int n, int k) in ((int, int, int)[])[(2, 30, 9), (13, 40, 33), (140, 130, 5)])
        {
            var a = new Matrix<double>(RandomValues<double>(m * k * 4, random), 4 * k, 2);
            var b = new Matrix<double>(RandomValues<double>(n * k * 4, random), 3, 3 * k + 1);
            Check((SimdVariant)variant, m, n, k, a, b, 0, accumulate: true, bias: false, random);
        }
    }

    [Fact]
    public void Other_types_take_the_reference()
    {
        var random = new Random(7);
        Half[] a = RandomValues<Half>(6, random), b = RandomValues<Half>(12, random), c = new Half[8];
        Gemm.Multiply<Half>(2, 4, 3, a, 3, 1, b, 4, 1, c, 4, accumulate: false);
        Half expected = Half.Zero;
        for (int p = 0; p < 3; p++) expected += a[3 + p] * b[p * 4 + 2];
        Assert.Equal(expected, c[6]);
    }

    [Fact]
    public void Bits_do_not_depend_on_the_number_of_threads()
    {
        var random = new Random(8);
        (int M, int N, int K, bool TransposeA, bool TransposeB)[] cases =
        [
            (150, 170, 190, false, false), (300, 140, 530, true, false), (40, 512, 784, false, true), (6, 3000, 700, false, true),
            (1, 9000, 300, false, false), (30, 40, 40000, true, false), (9, 8, 33000, false, true),
            (3000, 1, 700, false, false), (2500, 33, 40, true, true),
        ];
        foreach (SimdVariant variant in Simd.Available.Where(variant => variant != SimdVariant.Reference))
        {
            foreach ((int m, int n, int k, bool transposeA, bool transposeB) in cases)
            {
                Matrix<float> a = Create<float>(m, k, transposeA, 0, random), b = Create<float>(k, n, transposeB, 0, random);
                float[] bias = RandomValues<float>(n, random);
                float[] Product(int threads)
                {
                    using Parallelism.Scope limit = Parallelism.Limit(threads);
                    var c = new float[m * n];
                    Gemm.Multiply<float>(variant, m, n, k, a.Data, a.Row, a.Column, b.Data, b.Row, b.Column, c, n, false, bias);
                    return c;
                }

                float[] alone = Product(1);
                foreach (int threads in (int[])[2, 3, 8])
                {
                    Assert.True(alone.AsSpan().SequenceEqual(Product(threads)), $"{variant} [{m}, {k}] · [{k}, {n}], {threads} threads");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_batch_is_its_products(int variant)
    {
        var random = new Random(9);
        (int Batch, int M, int N, int K, int Gap, bool ShareA, bool ShareB)[] cases =
        [
            (3, 5, 7, 9, 0, false, false), (4, 8, 16, 8, 0, false, true), (4, 8, 16, 8, 3, false, true), (7, 3, 33, 20, 1, true, false),
            (2, 4, 4, 4, 0, true, true), (90, 24, 24, 24, 0, false, false), (0, 2, 2, 2, 0, false, false),
            (2, 200, 210, 220, 0, false, false),
        ];
        foreach ((int batch, int m, int n, int k, int gap, bool shareA, bool shareB) in cases)
        {
            int aBatch = shareA ? 0 : m * k + gap, bBatch = shareB ? 0 : k * n + gap, cBatch = m * n + gap;
            float[] a = RandomValues<float>(batch * (m * k + gap), random), b = RandomValues<float>(batch * (k * n + gap), random);
            float[] bias = RandomValues<float>(n, random);
            float[] c = RandomValues<float>(batch * cBatch, random);
            var expected = (float[])c.Clone();
            Gemm.MultiplyBatch<float>(
                (SimdVariant)variant, batch, m, n, k, a, aBatch, k, 1, b, bBatch, n, 1, c, cBatch, n, accumulate: true, bias);
            for (int s = 0; s < batch; s++)
            {
                Gemm.Multiply<float>(
                    SimdVariant.Reference, m, n, k, a.AsSpan(s * aBatch), k, 1, b.AsSpan(s * bBatch), n, 1, expected.AsSpan(s * cBatch), n,
                    accumulate: true, bias);
            }

            for (int e = 0; e < c.Length; e++) Assert.Equal(expected[e], c[e], 2e-6 * (k + 2));
        }
    }

    [Fact]
    public void A_batch_has_the_same_bits_for_any_number_of_threads()
    {
        var random = new Random(10);
        float[] a = RandomValues<float>(120 * 32 * 20, random), b = RandomValues<float>(120 * 20 * 40, random);
        float[] Product(int threads)
        {
            using Parallelism.Scope limit = Parallelism.Limit(threads);
            var c = new float[120 * 32 * 40];
            Gemm.MultiplyBatch<float>(120, 32, 40, 20, a, 32 * 20, 20, 1, b, 20 * 40, 40, 1, c, 32 * 40, 40, accumulate: false);
            return c;
        }

        float[] alone = Product(1);
        foreach (int threads in (int[])[2, 3, 8]) Assert.Equal(alone, Product(threads));
    }

    [Fact]
    public void Multiplication_distributes_over_addition()
        => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 1000]).Sample((m, n, k, seed) =>
        {
            // Small integers: every sum is exact, so the law holds to the bit.
            var random = new Random(seed);
            float[] Integers(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-8, 9))];
            float[] a = Integers(m * k), b = Integers(k * n), d = Integers(k * n);
            float[] sum = [.. b.Zip(d, (x, y) => x + y)];
            var left = new float[m * n];
            var right = new float[m * n];
            Gemm.Multiply<float>(m, n, k, a, k, 1, sum, n, 1, left, n, accumulate: false);
            Gemm.Multiply<float>(m, n, k, a, k, 1, b, n, 1, right, n, accumulate: false);
            Gemm.Multiply<float>(m, n, k, a, k, 1, d, n, 1, right, n, accumulate: true);
            return left.AsSpan().SequenceEqual(right);
        });

    [Fact]
    public void Operands_that_leave_their_spans_are_refused()
    {
        ArgumentException shortB = Assert.Throws<ArgumentException>(
            () => Gemm.Multiply<float>(2, 3, 4, new float[8], 4, 1, new float[11], 3, 1, new float[6], 3, accumulate: false));
        Assert.Equal(
            "Gemm: B of 1 × [4, 3] with strides 0, 3, 1 does not lie within its 11 elements; sizes and strides must not be negative and "
            + "the last element must be inside.",
            shortB.Message);
        ArgumentException shortBias = Assert.Throws<ArgumentException>(
            () => Gemm.Multiply<float>(2, 3, 4, new float[8], 4, 1, new float[12], 3, 1, new float[6], 3, accumulate: false, new float[2]));
        Assert.Equal("Gemm: the bias has 2 elements; it needs one for each of the 3 columns, or none.", shortBias.Message);
        Assert.Throws<ArgumentException>(
            () => Gemm.Multiply<float>(2, 3, 4, new float[8], -4, 1, new float[12], 3, 1, new float[6], 3, accumulate: false));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_right_side_packed_beforehand_gives_the_same_bits(int variant)
    {
        var simd = (SimdVariant)variant;
        foreach ((int m, int n, int k) in new[] { (25, 17, 1), (25, 33, 70), (64, 64, 64), (40, 50, 300), (300, 100, 520), (300, 31, 600), (26, 2016, 3) })
        {
            Same<float>(simd, m, n, k);
            Same<double>(simd, m, n, k);
        }

        Assert.Equal(0, Gemm.PackedLength<float>(SimdVariant.Reference, 64, 64, 64));
        Assert.Equal(0, Gemm.PackedLength<float>(simd, 24, 64, 64));
        Assert.Equal(0, Gemm.PackedLength<float>(simd, 64, 64, 2017));

        static void Same<T>(SimdVariant variant, int m, int n, int k)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var random = new Random(5);
            foreach (bool transposed in new[] { false, true })
            {
                Matrix<T> a = Create<T>(m, k, false, 1, random), b = Create<T>(k, n, transposed, 2, random);
                T[] bias = RandomValues<T>(n, random), plain = new T[m * n], withPacked = new T[m * n];
                var packed = new T[Gemm.PackedLength<T>(variant, m, n, k)];
                if (packed.Length > 0) Gemm.PackRight<T>(variant, n, k, b.Data, b.Row, b.Column, packed);
                Gemm.Multiply<T>(variant, m, n, k, a.Data, a.Row, a.Column, b.Data, b.Row, b.Column, plain, n, false, bias);
                Gemm.Multiply<T>(variant, m, n, k, a.Data, a.Row, a.Column, b.Data, b.Row, b.Column, withPacked, n, false, bias, packed);
                Assert.Equal(plain, withPacked);
                if (packed.Length > 0)
                {
                    ArgumentException error = Assert.Throws<ArgumentException>(() => Gemm.Multiply<T>(
                        variant, m, n, k, a.Data, a.Row, a.Column, b.Data, b.Row, b.Column, plain, n, false, bias, packed.AsSpan(1)));
                    Assert.Equal($"Gemm: B packed has {packed.Length - 1} elements; [{k}, {n}] needs {packed.Length}.", error.Message);
                }
            }
        }
    }
}
