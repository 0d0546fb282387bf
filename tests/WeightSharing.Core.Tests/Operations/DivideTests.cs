using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class DivideTests
{
    [Fact]
    public void Values_divide_with_tensors_and_numbers()
    {
        Tensor<double> a = Tensor.From(1.0, 2.0), b = Tensor.From(10.0, 40.0);
        Assert.Equal([0.1, 0.05], (a / b).ToArray());
        Assert.Equal([0.25, 0.5], (a / 4).ToArray());
        Assert.Equal([4.0, 2.0], (4 / a).ToArray());
        Assert.Equal([double.PositiveInfinity, double.NegativeInfinity, double.NaN], (Tensor.From(1.0, -1.0, 0.0) / 0).ToArray());
    }

    [Fact]
    public void Division_by_a_number_rounds_as_division_does()
    {
        float[] values = [.. Enumerable.Range(1, 100).Select(i => (float)i)];
        Assert.Equal(values.Select(value => value / 3f), (Tensor.From(values) / 3f).ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused()
    {
        Expect.Throws<ArgumentException>("Divide: shapes do not broadcast: left [2] · right [3];", () => Tensor.Zeros<double>(2) / Tensor.Zeros<double>(3));
    }

    [Fact]
    public void Gradients_are_those_of_a_quotient()
    {
        Expect.Gradients((a, b) => a / b, Expect.Values([2, 3], "a"), Expect.Between(0.5, 2, [2, 3], "b"));
        Expect.Gradients((a, b) => a / b, Expect.Values([4, 1, 3], "a"), Expect.Between(0.5, 2, [2, 1], "b"));
        Expect.Gradients(x => x / x, Expect.Between(0.5, 2, [3]));
        Expect.Gradients(x => 2 / x + x / 3, Expect.Between(0.5, 2, [3]));
        Expect.Empty(xs => xs[0] / xs[1], [0, 3], [0, 3], [1, 3]);
    }
}
