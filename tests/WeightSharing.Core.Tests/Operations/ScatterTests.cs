using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ScatterTests
{
    private static readonly Tensor<int> Index = Tensor.From(new[,] { { 2, 0 }, { 1, 1 } });

    [Fact]
    public void Elements_are_put_or_added_where_the_index_says()
    {
        Tensor<double> x = Tensor.Ones<double>(2, 3), source = Tensor.From(new double[,] { { 10, 20 }, { 30, 40 } });
        Expect.Close(Tensor.From(new double[,] { { 20, 1, 10 }, { 1, 40, 1 } }), x.Scatter(1, Index, source), 0);
        Expect.Close(Tensor.From(new double[,] { { 21, 1, 11 }, { 1, 71, 1 } }), x.ScatterAdd(-1, Index, source), 0);
        Expect.Close(Tensor.From(new double[,] { { 1, 40, 1 }, { 30, 1, 1 } }), x.ScatterAdd(0, Tensor.From(new[,] { { 1, 0 } }), Tensor.From(new double[,] { { 29, 39 } })), 0);
    }

    [Fact]
    public void Adding_is_the_adjoint_of_gathering()
    {
        Tensor<double> x = Expect.Values([2, 3]), y = Expect.Values([2, 2]);
        Expect.Close((x.Gather(1, Index) * y).Sum(), (x * Tensor.Zeros<double>(2, 3).ScatterAdd(1, Index, y)).Sum());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((x, s) => x.Scatter(1, Index, s).Exp(), Expect.Values([2, 3]), Expect.Values([2, 2], "source"));
        Expect.Gradients((x, s) => x.ScatterAdd(1, Index, s).Exp(), Expect.Values([2, 3]), Expect.Values([2, 2], "source"));
        Expect.Gradients(x => x.ScatterAdd(0, Tensor.From(new[,] { { 1, 0 }, { 1, 1 } }), x).Pow(2.0), Expect.Values([2, 2]));
    }

    [Fact]
    public void Empty_tensors_stay_empty() =>
        Expect.Empty(xs => xs[0].ScatterAdd(0, Tensor.Zeros<int>([0, 3]), xs[1]), [0, 3], new Shape(0, 3), new Shape(0, 3));

    [Fact]
    public void Shapes_and_positions_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Expect.Values([2, 3]), source = Expect.Values([2, 2]);
        Expect.Throws<ArgumentException>("Scatter: the index [2, 2] and the source [2, 3] do not fit x [2, 3]", () => x.Scatter(1, Index, x));
        Expect.Throws<ArgumentException>("ScatterAdd: the index [3, 1] and the source [3, 1] do not fit x [2, 3]", () => x.ScatterAdd(1, Tensor.Zeros<int>(3, 1), Expect.Values([3, 1])));
        Expect.Throws<ArgumentOutOfRangeException>("ScatterAdd: index 2 lies outside dimension 0 of shape [2, 3]; expected 0 to 1.", () => x.ScatterAdd(0, Index, source));
    }
}
