using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LerpTests
{
    [Fact]
    public void Values_lie_on_the_line()
    {
        Tensor<double> a = Tensor.From(0.0, 10), b = Tensor.From(4.0, 20);
        Expect.Close(Tensor.From(1.0, 12.5), a.Lerp(b, 0.25), 0);
        Expect.Close(Tensor.From(0.0, 30), a.Lerp(b, Tensor.From(0.0, 2)), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(xs => xs[0].Lerp(xs[1], xs[2]), Expect.Values([2, 3], "a"), Expect.Values([3], "b"), Expect.Values([2, 1], "t"));
        Expect.Gradients((a, b) => a.Lerp(b, 0.3), Expect.Values([2, 3], "a"), Expect.Values([3], "b"));
        Expect.Gradients(x => x.Lerp(x, x), Expect.Values([3]));
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused_by_name()
    {
        Expect.Throws<ArgumentException>("Lerp: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Lerp(Expect.Values([3]), 0.5));
        Expect.Throws<ArgumentException>("Lerp: shapes do not broadcast: left [2] · right [3]", () => Expect.Values([2]).Lerp(Expect.Values([2]), Expect.Values([3])));
    }

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Lerp(xs[1], 0.5), [0, 3], new Shape(0, 3), new Shape(3));
}
