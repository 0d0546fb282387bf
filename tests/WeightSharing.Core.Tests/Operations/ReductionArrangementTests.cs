using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ReductionArrangementTests
{
    [Fact]
    public void Reduced_dimensions_stand_last_and_both_result_shapes_are_known()
    {
        Tensor<double> x = Expect.Values([2, 3, 4]);
        (Tensor<double> arranged, Shape kept, Shape squeezed) = ReductionArrangement.Last(x, [-3, 2], "Test");
        Expect.Bitwise(x.Permute(1, 0, 2).Reshape(3, 8), arranged);
        Assert.Equal(new Shape(1, 3, 1), kept);
        Assert.Equal(new Shape(3), squeezed);
    }

    [Fact]
    public void No_dimensions_stand_for_all()
    {
        (Tensor<double> arranged, Shape kept, Shape squeezed) = ReductionArrangement.Last(Expect.Values([2, 3]), [], "Test");
        Assert.Equal(new Shape(1, 6), arranged.Shape);
        Assert.Equal(new Shape(1, 1), kept);
        Assert.Equal(0, squeezed.Rank);
        Assert.Equal(new Shape(1, 1), ReductionArrangement.Last(Tensor.Scalar(1.0), [], "Test").Arranged.Shape);
    }

    [Fact]
    public void Gradients_pass_the_arrangement() => Expect.Gradients(x => ReductionArrangement.Last(x, [0], "Test").Arranged.Pow(2.0), Expect.Values([2, 3]));

    [Fact]
    public void Dimensions_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("Test: dimension 1 occurs twice in [-1, 1].", () => ReductionArrangement.Last(Expect.Values([2, 3]), [-1, 1], "Test").Kept);
        Expect.Throws<ArgumentOutOfRangeException>("Test: dimension 2 does not exist", () => ReductionArrangement.Last(Expect.Values([2, 3]), [2], "Test").Kept);
    }
}
