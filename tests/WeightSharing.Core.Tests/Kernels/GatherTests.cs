using CsCheck;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class GatherTests
{
    private static readonly Gen<(int Rows, int[] Index, sbyte[] Sign, int Inner)> Cases =
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 40], Gen.Int[1, 40]).SelectMany((rows, count, inner) => Gen.Select(
            Gen.Int[-1, rows - 1].Array[count], Gen.Bool.Array[count], Gen.Bool,
            (index, negative, signed) => (rows, index, signed ? negative.Select(n => (sbyte)(n ? -1 : 1)).ToArray() : [], inner)));

    [Fact]
    public void Taking_and_adding_are_adjoint() =>
        Cases.Sample(c =>
        {
            // Small integers, so that both inner products are exact.
            double[] x = [.. Enumerable.Range(0, c.Rows * c.Inner).Select(i => (double)(i * 7 % 23 - 11))];
            double[] y = [.. Enumerable.Range(0, c.Index.Length * c.Inner).Select(i => (double)(i * 5 % 19 - 9))];
            double[] taken = [.. y.Select(_ => double.NaN)], added = new double[x.Length];
            Gather.Take(x, c.Rows, c.Index, c.Sign, c.Inner, taken);
            Gather.AddTo(y, c.Index, c.Sign, c.Inner, added, c.Rows);
            Assert.Equal(taken.Zip(y, (a, b) => a * b).Sum(), x.Zip(added, (a, b) => a * b).Sum());
        });

    [Fact]
    public void Taking_matches_an_index_loop() =>
        Cases.Sample(c =>
        {
            float[] x = [.. Enumerable.Range(0, c.Rows * c.Inner).Select(i => i + 0.5f)];
            var taken = new float[c.Index.Length * c.Inner];
            Gather.Take(x, c.Rows, c.Index, c.Sign, c.Inner, taken);
            for (int i = 0; i < taken.Length; i++)
            {
                int row = c.Index[i / c.Inner];
                float expected = row < 0 ? 0 : x[row * c.Inner + i % c.Inner] * (c.Sign.Length > 0 ? c.Sign[i / c.Inner] : 1);
                Assert.Equal(expected, taken[i]);
            }
        });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Indices_outside_are_errors(int inner)
    {
        double[] x = new double[3 * inner], y = new double[2 * inner];
        var take = Assert.Throws<ArgumentOutOfRangeException>(() => Gather.Take<double>(x, 3, [0, 3], [], inner, y));
        Assert.StartsWith("Gather.Take: index[1] = 3; rows are 0 to 2, and -1 stands for zero.", take.Message, StringComparison.Ordinal);
        var add = Assert.Throws<ArgumentOutOfRangeException>(() => Gather.AddTo<double>(y, [-2, 0], [], inner, x, 3));
        Assert.StartsWith("Gather.AddTo: index[0] = -2; rows are 0 to 2, and -1 stands for zero.", add.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Gather.Take<double>(x, 3, [0, -2], [1, 1], inner, y));
    }
}
