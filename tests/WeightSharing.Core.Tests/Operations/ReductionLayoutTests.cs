using WeightSharing.Tensors;

namespace WeightSharing.Tests.Operations;

public class ReductionLayoutTests
{
    [Fact]
    public void Adjacent_dimensions_are_reduced_in_place_and_others_side_by_side()
    {
        Tensor<double> x = Tensor.Arange<double>(24).Reshape(2, 3, 4);
        var middle = new ReductionLayout<double>(x, [1], "test");
        Assert.Equal((2, 3, 4), (middle.Outer, middle.Count, middle.Inner));
        Assert.True(middle.Values.Overlaps(x.AsReadOnlySpan()));
        var apart = new ReductionLayout<double>(x, [2, 0], "test");
        Assert.Equal((3, 8, 1), (apart.Outer, apart.Count, apart.Inner));
        Assert.Equal([0.0, 1, 2, 3, 12, 13, 14, 15], apart.Values[..8].ToArray());
        Assert.Equal(new Shape(1, 3, 1), apart.KeptShape);
        Assert.Equal(new Shape(3), apart.SqueezedShape);
    }

    [Fact]
    public void No_dimension_stands_for_all()
    {
        var all = new ReductionLayout<double>(Tensor.Zeros<double>([2, 3]), [], "test");
        Assert.Equal((1, 6, 1), (all.Outer, all.Count, all.Inner));
        var scalar = new ReductionLayout<double>(Tensor.Scalar(1.0), [], "test");
        Assert.Equal((1, 1, 1), (scalar.Outer, scalar.Count, scalar.Inner));
        var empty = new ReductionLayout<double>(Tensor.Zeros<double>([0, 3]), [0], "test");
        Assert.Equal((1, 0, 3), (empty.Outer, empty.Count, empty.Inner));
    }
}
