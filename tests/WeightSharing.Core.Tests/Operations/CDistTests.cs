using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CDistTests
{
    [Fact]
    public void Distances_follow_from_the_differences()
    {
        Tensor<double> a = Tensor.From(new double[,] { { 0, 0 }, { 3, 0 } }), b = Tensor.From(new double[,] { { 3, 4 }, { 0, 0 }, { 3, 1 } });
        Expect.Close(Tensor.From(new[,] { { 5, 0, Math.Sqrt(10) }, { 4, 3, 1 } }), a.CDist(b), 1e-15);
        Expect.Close(Tensor.From(new double[,] { { 7, 0, 4 }, { 4, 3, 1 } }), a.CDist(b, 1), 0);
        Expect.Close(Tensor.From(new float[,] { { 4, 0, 3 }, { 4, 3, 1 } }), a.To<float>().CDist(b.To<float>(), double.PositiveInfinity), 0);
        Assert.Equal(new Shape(5, 2, 3), Tensor.Zeros<double>(5, 1, 2, 4).Select(1, 0).CDist(Tensor.Zeros<double>(1, 3, 4)).Shape);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => a.CDist(b), Expect.Values([2, 3], "a"), Expect.Values([4, 3], "b"));
        Expect.Gradients((a, b) => a.CDist(b, 3), Expect.Values([2, 2, 3], "a"), Expect.Values([2, 3], "b"));
    }

    [Fact]
    public void The_gradient_of_equal_points_is_zero()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 0, 0 }, { 3, 4 } }).RequireGradient();
        x.CDist(x).Sum().Backward();
        Expect.Close(Tensor.From(new[,] { { -1.2, -1.6 }, { 1.2, 1.6 } }), x.Gradient!, 1e-15);
    }

    [Fact]
    public void Points_of_other_dimensions_are_refused() => Expect.Throws<ArgumentException>(
        "CDist: left [2, 3] · right [2, 4]; expected [.., m, k] and [.., n, k].", () => Expect.Values([2, 3]).CDist(Expect.Values([2, 4])));

    [Fact]
    public void Empty_sets_have_no_distances() => Expect.Empty(xs => xs[0].CDist(xs[1]), [0, 2], new Shape(0, 3), new Shape(2, 3));
}
