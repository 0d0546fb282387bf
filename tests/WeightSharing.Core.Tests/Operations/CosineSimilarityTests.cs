using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CosineSimilarityTests
{
    [Fact]
    public void Directions_have_length_one()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 3, 4 }, { 0, 0 } });
        Expect.Close(Tensor.From(new double[,] { { 0.6, 0.8 }, { 0, 0 } }), x.Normalize());
        Expect.Close(Tensor.From(new double[,] { { 3 / 7.0, 4 / 7.0 }, { 0, 0 } }), x.Normalize(-1, p: 1));
        Expect.Close(Tensor.From(new double[,] { { 1, 1 }, { 0, 0 } }), x.Normalize(0));
    }

    [Fact]
    public void Cosines_of_angles_broadcast()
    {
        Tensor<double> x = Tensor.From(new double[,] { { 3, 4 }, { 0, 2 }, { 0, 0 } });
        Expect.Close(Tensor.From(0.6, 0, 0), x.CosineSimilarity(Tensor.From(new double[,] { { 5, 0 } })));
        Expect.Close(Tensor.From(1.0, 1, 0), x.CosineSimilarity(x));
        Expect.Close(Tensor.Scalar(0.96), Tensor.From(3.0, 4).CosineSimilarity(Tensor.From(4.0, 3), 0));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Normalize(0), Expect.Values([3, 2]));
        Expect.Gradients((a, b) => a.CosineSimilarity(b, -1), Expect.Values([2, 3], "a"), Expect.Values([1, 3], "b"));
        Expect.Gradients(x => x.CosineSimilarity(x * x), Expect.Values([2, 3]));
    }

    [Fact]
    public void Vectors_of_zeros_have_no_gradient_that_is_not_a_number()
    {
        Tensor<double> x = Tensor.Zeros<double>(1, 2).RequireGradient();
        x.CosineSimilarity(Tensor.Ones<double>(1, 2)).Sum().Backward();
        Assert.All(x.Gradient!.ToArray(), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Normalize(), [0, 3], new Shape(0, 3));

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused() =>
        Expect.Throws<ArgumentException>("CosineSimilarity: shapes do not broadcast", () => Expect.Values([2, 3]).CosineSimilarity(Expect.Values([2, 2])));
}
