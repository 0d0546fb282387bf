using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class OuterTests
{
    [Fact]
    public void Every_element_meets_every_other() => Expect.Close(
        Tensor.From(new double[,] { { 3, 4, 5 }, { 6, 8, 10 } }), Tensor.From(1.0, 2).Outer(Tensor.From(3.0, 4, 5)), 0);

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => a.Outer(b), Expect.Values([2], "a"), Expect.Values([3], "b"));
        Expect.Gradients(x => x.Outer(x), Expect.Values([3]));
    }

    [Fact]
    public void Empty_vectors_are_legal() => Expect.Empty(xs => xs[0].Outer(xs[1]), [0, 3], new Shape(0), new Shape(3));

    [Fact]
    public void Matrices_are_refused() => Expect.Throws<ArgumentException>(
        "Outer: left [2, 2] · right [3]; both must be vectors (Flatten makes one).", () => Expect.Values([2, 2]).Outer(Expect.Values([3])));
}
