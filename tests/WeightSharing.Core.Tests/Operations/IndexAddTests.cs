using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class IndexAddTests
{
    private static readonly Tensor<int> Index = Tensor.From(2, 0, 2);

    [Fact]
    public void Repeats_add_up()
    {
        Tensor<double> y = Tensor.Ones<double>([3, 2]).IndexAdd(0, Index, Tensor.From(new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }));
        Expect.Close(Tensor.From(new double[,] { { 4, 5 }, { 1, 1 }, { 7, 9 } }), y, 0);
    }

    [Fact]
    public void Gradients_agree_with_differences() =>
        Expect.Gradients((x, source) => x.IndexAdd(1, Index, source).Pow(2.0), Expect.Values([2, 4], "x"), Expect.Values([2, 3], "source"));

    [Fact]
    public void The_same_tensor_may_be_both() => Expect.Gradients(x => x.IndexAdd(0, Index, x).Pow(2.0), Expect.Values([3, 2]));

    [Fact]
    public void Empty_sources_add_nothing() => Expect.Close(
        Expect.Values([3, 2]), Expect.Values([3, 2]).IndexAdd(0, Tensor.Zeros<int>([0]), Tensor.Zeros<double>([0, 2])), 0);

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("IndexAdd: x [3, 2], index [3], source [2, 2]; the index must be a vector, and the source as x with one position of dimension 0 for each index.",
            () => Expect.Values([3, 2]).IndexAdd(0, Index, Expect.Values([2, 2])));
        Expect.Throws<ArgumentOutOfRangeException>("IndexAdd: index 2 lies outside dimension 1 of shape [3, 2]; expected 0 to 1.",
            () => Expect.Values([3, 2]).IndexAdd(1, Index, Expect.Values([3, 3])));
    }
}
