using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SegmentSoftmaxTests
{
    private static readonly Segments Three = Segments.FromLengths(2, 0, 3);

    [Fact]
    public void Each_segment_is_a_softmax_of_its_own()
    {
        Tensor<double> x = Expect.Values([5, 2]) * 400.0, y = x.SegmentSoftmax(Three);
        Expect.Close(x[..2].Softmax(0), y[..2], 1e-14);
        Expect.Close(x[2..].Softmax(0), y[2..], 1e-14);
        Expect.Close(Tensor.From(new double[,] { { 1, 1 }, { 0, 0 }, { 1, 1 } }), y.SegmentSum(Three), 1e-14);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.SegmentSoftmax(Three), Expect.Values([5, 2]));
        Expect.Gradients(x => x.SegmentSoftmax(Three) * x, Expect.Values([5]));
        Expect.Empty(xs => xs[0].SegmentSoftmax(Segments.FromLengths(0)), [0, 3], [0, 3]);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused() => Expect.Throws<ArgumentException>(
        "SegmentSoftmax: x [4] for 3 segments of 5 rows; x's first dimension must be 5.", () => Expect.Values([4]).SegmentSoftmax(Three));
}
