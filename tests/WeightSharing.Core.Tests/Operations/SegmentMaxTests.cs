using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SegmentMaxTests
{
    private static readonly Segments Three = Segments.FromLengths(2, 0, 3);

    [Fact]
    public void The_largest_of_each_column_wins()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 1, 9 }, { 2, -3 }, { -5, -1 }, { -2, -4 }, { -2, double.NaN } });
        Expect.Close(Tensor.From(new double[,] { { 2, 9 }, { 0, 0 }, { -2, double.NaN } }), x.SegmentMax(Three), 0);
        Expect.Close(x.SegmentMax(Three), Expect.Strided(x).SegmentMax(Three), 0);
    }

    [Fact]
    public void Of_equal_elements_the_first_gets_the_gradient()
    {
        Tensor<double> x = Tensor.From(1.0, 1, 4, 4, 4).RequireGradient();
        x.SegmentMax(Three).Sum().Backward();
        Assert.Equal([1.0, 0, 1, 0, 0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.SegmentMax(Three).Pow(2.0), Expect.Values([5, 3]));
        Expect.Gradients(x => x.SegmentMax(Three).SegmentExpand(Three) * x, Expect.Values([5]));
        Expect.Empty(xs => xs[0].SegmentMax(Segments.FromLengths(0)), [1, 3], [0, 3]);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused() => Expect.Throws<ArgumentException>(
        "SegmentMax: x [4] for 3 segments of 5 rows; x's first dimension must be 5.", () => Expect.Values([4]).SegmentMax(Three));
}
