using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CompareTests
{
    private static readonly Tensor<double> A = Tensor.From(1.0, 2, 3, double.NaN), B = Tensor.From(2.0, 2, 2, double.NaN);

    [Fact]
    public void Relations_hold_as_for_numbers()
    {
        Assert.Equal([false, true, false, false], A.Equal(B).ToArray());
        Assert.Equal([true, false, true, true], A.NotEqual(B).ToArray());
        Assert.Equal([true, false, false, false], A.Less(B).ToArray());
        Assert.Equal([true, true, false, false], A.LessOrEqual(B).ToArray());
        Assert.Equal([false, false, true, false], A.Greater(B).ToArray());
        Assert.Equal([false, true, true, false], A.GreaterOrEqual(B).ToArray());
    }

    [Fact]
    public void Numbers_stand_for_tensors()
    {
        Assert.Equal(A.Equal(Tensor.Scalar(2.0)).ToArray(), A.Equal(2).ToArray());
        Assert.Equal(A.NotEqual(Tensor.Scalar(2.0)).ToArray(), A.NotEqual(2).ToArray());
        Assert.Equal(A.Less(Tensor.Scalar(2.0)).ToArray(), A.Less(2).ToArray());
        Assert.Equal(A.LessOrEqual(Tensor.Scalar(2.0)).ToArray(), A.LessOrEqual(2).ToArray());
        Assert.Equal(A.Greater(Tensor.Scalar(2.0)).ToArray(), A.Greater(2).ToArray());
        Assert.Equal(A.GreaterOrEqual(Tensor.Scalar(2.0)).ToArray(), A.GreaterOrEqual(2).ToArray());
    }

    [Fact]
    public void Truth_values_combine()
    {
        Tensor<bool> a = Tensor.From(true, true, false, false), b = Tensor.From(true, false, true, false);
        Assert.Equal([true, false, false, false], a.And(b).ToArray());
        Assert.Equal([true, true, true, false], a.Or(b).ToArray());
        Assert.Equal([false, false, true, true], a.Not().ToArray());
        Assert.True(a.Any() && !a.All() && a.Or(a.Not()).All() && !a.And(a.Not()).Any());
        Assert.True(Tensor.Zeros<bool>([0]).All() && !Tensor.Zeros<bool>([0]).Any());
    }

    [Fact]
    public void Shapes_broadcast_and_strides_do_not_matter()
    {
        Tensor<double> x = Expect.Values([2, 3]), y = Expect.Values([3], "y");
        Assert.Equal(new Shape(2, 3), x.Less(y).Shape);
        Assert.Equal(x.Less(y).ToArray(), Expect.Strided(x).Less(Expect.Strided(y)).ToArray());
        Assert.Equal(0, Tensor.Zeros<double>([0, 3]).Greater(y).Count);
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused() => Expect.Throws<ArgumentException>(
        "Less: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Less(Expect.Values([3])));

    [Fact]
    public void Any_and_all_along_a_dimension()
    {
        Tensor<bool> x = Tensor.From(true, true, false, true, false, false).Reshape(2, 3);
        Assert.Equal([true, true, false], x.Any(0).ToArray());
        Assert.Equal([true, false, false], x.All(0).ToArray());
        Assert.Equal([true, true], x.Any(1).ToArray());
        Assert.Equal([false, false], x.Transpose().All(0).ToArray());
        Assert.Equal("[2, 1]", x.All(-1, keepDimensions: true).Shape.ToString());
        Assert.Equal([false, false], Tensor.Zeros<bool>([0, 2]).Any(0).ToArray());
        Assert.Equal([true, true], Tensor.Zeros<bool>([0, 2]).All(0).ToArray());
        Expect.Throws<ArgumentOutOfRangeException>("Any: dimension 2 does not exist", () => x.Any(2));
        Expect.Throws<ArgumentOutOfRangeException>("All: dimension 2 does not exist", () => x.All(2));
    }
}
