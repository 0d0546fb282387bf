using CsCheck;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tests.Kernels;

public class StridedTests
{
    // Strides that leave the source in bounds by construction: a permuted dense layout, some dimensions repeated (0), some reversed.
    private static readonly Gen<(int[] Shape, int[] Order, int[] Mode)> Views =
        Gen.Int[0, 5].SelectMany(rank => Gen.Select(
            Gen.Int[0, 6].Array[rank], Gen.Int[1, 90], Gen.Shuffle(Enumerable.Range(0, rank).ToArray()), Gen.Int[0, 3].Array[rank],
            (shape, large, order, mode) => (shape.Select((s, i) => i == rank - 1 ? large : s).ToArray(), order, mode)));

    [Fact]
    public void Combining_matches_an_index_loop() =>
        Gen.Select(Views, Views).Sample((first, second) =>
        {
            int[] shape = first.Shape;
            (int[] aStrides, int aOffset, int aLength) = Layout(shape, first.Order, first.Mode);
            (int[] bStrides, int bOffset, int bLength) = Layout(shape, [.. first.Order.Reverse()], [.. Enumerable.Range(0, shape.Length).Select(i => i < second.Mode.Length ? second.Mode[i] : 2)]);
            double[] a = Ramp(aLength), b = Ramp(bLength);
            int count = shape.Aggregate(1, (x, y) => x * y);
            var expected = new double[count];
            for (int i = 0; i < count; i++) expected[i] = a[Position(i, shape, aStrides, aOffset)] - 2 * b[Position(i, shape, bStrides, bOffset)];
            foreach (SimdVariant variant in Simd.Available)
            {
                var y = new double[count];
                Strided.Combine(variant, shape, a, aOffset, aStrides, b, bOffset, bStrides, y, new AddScaled<double>(-2));
                Assert.Equal(expected, y);
            }
        }, iter: 400);

    [Fact]
    public void Copies_match_an_index_loop() =>
        Gen.Select(Views, Gen.Int[0, 3].Array[5], Gen.Bool).Sample((view, mode, transposed) =>
        {
            int[] shape = view.Shape;
            (int[] from, int fromOffset, int length) = Layout(shape, view.Order, view.Mode);

            // No repeated dimension in the target: which element stays there is not defined.
            int[] targetOrder = transposed ? [.. view.Order.Reverse()] : [.. Enumerable.Range(0, shape.Length)];
            (int[] to, int toOffset, int room) = Layout(shape, targetOrder, [.. shape.Select((_, i) => mode[i] == 0 ? 2 : mode[i])]);
            int count = shape.Aggregate(1, (x, y) => x * y);
            int[] source = [.. Enumerable.Range(1, length)];
            int[] expected = new int[room], target = new int[room];
            for (int i = 0; i < count; i++) expected[Position(i, shape, to, toOffset)] = source[Position(i, shape, from, fromOffset)];
            Strided.Copy<int>(shape, source, fromOffset, from, target, toOffset, to);
            Assert.Equal(expected, target);
        }, iter: 400);

    [Fact]
    public void Accumulation_matches_an_index_loop_with_repeated_targets() =>
        Gen.Select(Views, Gen.Int[0, 3].Array[5]).Sample((view, mode) =>
        {
            int[] shape = view.Shape;
            (int[] from, int fromOffset, int length) = Layout(shape, view.Order, view.Mode);
            (int[] to, int toOffset, int room) = Layout(shape, [.. Enumerable.Range(0, shape.Length)], mode);
            int count = shape.Aggregate(1, (x, y) => x * y);
            double[] source = Ramp(length), expected = Ramp(room);
            for (int i = 0; i < count; i++) expected[Position(i, shape, to, toOffset)] += source[Position(i, shape, from, fromOffset)];
            foreach (SimdVariant variant in Simd.Available)
            {
                double[] target = Ramp(room);
                Strided.AddTo(variant, shape, source, fromOffset, from, target, toOffset, to);
                Assert.Equal(expected, target);
            }
        }, iter: 400);

    [Theory]
    [InlineData(3, 5, 7)]
    [InlineData(1, 64, 33)]
    [InlineData(2, 31, 100)]
    public void Transposed_copies_hold_on_block_edges(int n, int rows, int columns)
    {
        byte[] source = [.. Enumerable.Range(0, n * rows * columns).Select(i => (byte)(i * 7))];
        var target = new byte[source.Length];
        Strided.Copy<byte>([columns, n, rows], source, 0, [1, rows * columns, columns], target, 0, [n * rows, rows, 1]);
        for (int c = 0; c < columns; c++)
            for (int k = 0; k < n; k++)
                for (int r = 0; r < rows; r++)
                    Assert.Equal(source[(k * rows + r) * columns + c], target[(c * n + k) * rows + r]);
    }

    [Fact]
    public void Large_views_have_the_same_bits_for_any_number_of_threads()
    {
        int[] shape = [300, 30, 41];
        double[] a = Ramp(300 * 30 * 41), bias = Ramp(30);
        double[] one = new double[a.Length], many = new double[a.Length];
        using (Parallelism.Limit(1)) Strided.Combine<double, Multiply<double>>(shape, a, 0, [1230, 41, 1], bias, 0, [0, 1, 0], one, default);
        using (Parallelism.Limit(4)) Strided.Combine<double, Multiply<double>>(shape, a, 0, [1230, 41, 1], bias, 0, [0, 1, 0], many, default);
        Assert.Equal(one, many);
        for (int i = 0; i < a.Length; i += 331) Assert.Equal(a[i] * bias[i / 41 % 30], one[i]);
    }

    private static (int[] Strides, int Offset, int Length) Layout(int[] shape, int[] order, int[] mode)
    {
        var strides = new int[shape.Length];
        int length = 1, offset = 0;
        foreach (int d in order)
        {
            if (mode[d] == 0) continue;
            strides[d] = mode[d] == 1 ? -length : length;
            if (mode[d] == 1) offset += length * Math.Max(0, shape[d] - 1);
            length *= Math.Max(1, shape[d]) + (mode[d] == 3 ? 1 : 0);
        }

        return (strides, offset, length);
    }

    private static int Position(int i, int[] shape, int[] strides, int offset)
    {
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            offset += i % shape[d] * strides[d];
            i /= shape[d];
        }

        return offset;
    }

    private static double[] Ramp(int n) => [.. Enumerable.Range(0, n).Select(i => (double)(i * 37 % 101 - 50))];
}
