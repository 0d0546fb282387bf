using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class WhereTests
{
    private static readonly Tensor<bool> Condition = Tensor.From(new[,] { { true, false, true }, { false, false, true } });

    [Fact]
    public void Elements_come_from_the_side_that_the_condition_names() => Expect.Close(
        Tensor.From(new double[,] { { 1, 0, 1 }, { 0, 0, 1 } }), Tensor.Where(Condition, Tensor.Scalar(1.0), Tensor.Scalar(0.0)), 0);

    [Fact]
    public void Values_of_the_other_side_do_no_harm()
    {
        Tensor<double> x = Tensor.From(4.0, -1).RequireGradient();
        Tensor.Where(x.Detach().Greater(0.0), x, Tensor.Scalar(double.NaN)).Select(0, 0).Backward();
        Expect.Close(Tensor.From(1.0, 0), x.Gradient!, 0);
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients((a, b) => Tensor.Where(Condition, a, b).Pow(2.0), Expect.Values([2, 3], "a"), Expect.Values([2, 3], "b"));

    [Fact]
    public void Operands_broadcast() =>
        Expect.Gradients((a, b) => Tensor.Where(Condition, a, b).Pow(2.0), Expect.Values([2, 1], "a"), Expect.Values([3], "b"));

    [Fact]
    public void The_same_tensor_may_stand_on_both_sides() => Expect.Gradients(x => Tensor.Where(Condition, x, x), Expect.Values([2, 3]));

    [Fact]
    public void Empty_tensors_stay_empty() =>
        Expect.Empty(xs => Tensor.Where(Tensor.Zeros<bool>([0, 3]), xs[0], xs[1]), [0, 3], new Shape(0, 3), new Shape(3));

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused() => Expect.Throws<ArgumentException>(
        "Where: shapes do not broadcast: left [2, 3] · right [4]", () => Tensor.Where(Condition, Expect.Values([4]), Expect.Values([3])));
}
