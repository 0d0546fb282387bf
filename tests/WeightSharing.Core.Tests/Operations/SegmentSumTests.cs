using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SegmentSumTests
{
    private static readonly Segments Three = Segments.FromLengths(2, 0, 3);

    [Fact]
    public void Rows_add_up_within_their_segment()
    {
        Tensor<double> x = Tensor.Arange<double>(10).Reshape(5, 2);
        Expect.Close(Tensor.From(new double[,] { { 2, 4 }, { 0, 0 }, { 18, 21 } }), x.SegmentSum(Three), 0);
        Expect.Close(Tensor.From(new double[,] { { 1, 2 }, { 0, 0 }, { 6, 7 } }), x.SegmentMean(Three), 1e-15);
        Expect.Close(Tensor.From(1.0, 0, 9), x.Select(1, 0).SegmentSum(Three) * 0.5, 0);
        Assert.Equal([3, 2, 2], Expect.Values([5, 2, 2]).SegmentMean(Three).Shape.ToArray());
    }

    [Fact]
    public void Expanding_repeats_a_segments_row() => Expect.Close(
        Tensor.From(7.0, 7, 9, 9, 9), Tensor.From(7.0, 8, 9).SegmentExpand(Three), 0);

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.SegmentSum(Three).Pow(2.0), Expect.Values([5, 2]));
        Expect.Gradients(x => x.SegmentMean(Three).Pow(2.0), Expect.Values([5]));
        Expect.Gradients(x => x.SegmentExpand(Three).Pow(2.0), Expect.Values([3, 2]));
        Expect.Gradients(x => x.SegmentSum(Three).SegmentExpand(Three) * x, Expect.Values([5, 2]));
        Expect.Empty(xs => xs[0].SegmentSum(Segments.FromLengths(0, 0)), [2, 3], [0, 3]);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("SegmentSum: x [4] for 3 segments of 5 rows; x's first dimension must be 5.", () => Expect.Values([4]).SegmentSum(Three));
        Expect.Throws<ArgumentException>("SegmentMean: x [] for 3 segments of 5 rows;", () => Tensor.Scalar(1.0).SegmentMean(Three));
        Expect.Throws<ArgumentException>("SegmentExpand: x [5] for 3 segments of 5 rows; x's first dimension must be 3.", () => Expect.Values([5]).SegmentExpand(Three));
    }
}
