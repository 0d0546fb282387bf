using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CumulativeSumTests
{
    [Fact]
    public void Sums_run_along_the_dimension()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Expect.Close(Tensor.From(new double[,] { { 1, 3, 6 }, { 4, 9, 15 } }), x.CumulativeSum(1), 0);
        Expect.Close(Tensor.From(new double[,] { { 1, 2, 3 }, { 5, 7, 9 } }), x.CumulativeSum(-2), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.CumulativeSum(1).Pow(2.0), Expect.Values([2, 3, 2]));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].CumulativeSum(0), [0, 3], new Shape(0, 3));

    [Fact]
    public void Wrong_dimensions_are_refused() => Expect.Throws<ArgumentOutOfRangeException>(
        "CumulativeSum: dimension 1 does not exist in shape [2]; expected -1 to 0.", () => Expect.Values([2]).CumulativeSum(1));
}
