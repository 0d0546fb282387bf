using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CrossTests
{
    [Fact]
    public void Unit_vectors_turn_into_each_other()
    {
        Tensor<double> unit = Tensor.Eye<double>(3);
        Expect.Close(Tensor.From(new double[,] { { 0, 0, 1 }, { 1, 0, 0 }, { 0, 1, 0 } }), unit.Cross(unit.Roll(-1, 0)), 0);
        Expect.Close(Tensor.From(-3.0, 6, -3), Tensor.From(1.0, 2, 3).Cross(Tensor.From(4.0, 5, 6)), 0);
        Expect.Close(Tensor.From(-3f, 6, -3).Unsqueeze(1), Tensor.From(1f, 2, 3).Unsqueeze(1).Cross(Tensor.From(4f, 5, 6).Unsqueeze(1), 0), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => a.Cross(b), Expect.Values([2, 3], "a"), Expect.Values([3], "b"));
        Expect.Gradients((a, b) => a.Cross(b, 0), Expect.Values([3, 2], "a"), Expect.Values([3, 1], "b"));
        Expect.Gradients(x => x.Cross(x) + x, Expect.Values([3]));
    }

    [Fact]
    public void Only_three_dimensions_have_it()
    {
        Expect.Throws<ArgumentException>("Cross: left [2] · right [2]; dimension -1 must have 3 elements in both.", () => Expect.Values([2]).Cross(Expect.Values([2])));
        Expect.Throws<ArgumentException>("Cross: left [3] · right [2, 3]; dimension 0 must have 3 elements in both.", () => Expect.Values([3]).Cross(Expect.Values([2, 3]), 0));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Cross(xs[1]), [0, 3], new Shape(0, 3), new Shape(3));
}
