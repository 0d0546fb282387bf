using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class EmbeddingTests
{
    private static readonly Tensor<int> Indices = Tensor.From(new[,] { { 2, 0, 2 }, { 1, 2, 0 } });

    [Fact]
    public void Rows_are_looked_up()
    {
        Tensor<double> weight = Expect.Values([3, 4]), y = Tensor.Embedding(weight, Indices);
        Assert.Equal(new Shape(2, 3, 4), y.Shape);
        Expect.Bitwise(weight.Select(0, 1), y.Select(0, 1).Select(0, 0));
        Expect.Bitwise(y, Tensor.Embedding(weight, Indices, paddingIndex: 2));
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(w => Tensor.Embedding(w, Indices).Pow(2.0), Expect.Values([4, 2]));

    [Fact]
    public void The_padding_row_gets_no_gradient_of_either_order()
    {
        Tensor<double> weight = Expect.Values([3, 2]).RequireGradient();
        Tensor<double> gradient = Gradient.Of(Tensor.Embedding(weight, Indices, paddingIndex: 2).Pow(2.0).Sum(), weight, differentiable: true);
        Expect.Close(weight.Detach() * Tensor.From(new double[,] { { 4 }, { 2 }, { 0 } }), gradient);
        Expect.Close(Tensor.From(new double[,] { { 4, 4 }, { 2, 2 }, { 0, 0 } }), Gradient.Of(gradient.Sum(), weight));
    }

    [Fact]
    public void No_indices_give_no_rows() => Expect.Empty(xs => Tensor.Embedding(xs[0], Tensor.Zeros<int>([0, 2])), [0, 2, 4], new Shape(3, 4));

    [Fact]
    public void Indices_outside_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("Embedding: index 2 lies outside weight [2, 4]; expected 0 to 1.", () => Tensor.Embedding(Expect.Values([2, 4]), Indices));
        Expect.Throws<ArgumentOutOfRangeException>("Embedding: padding index 3 lies outside weight [3, 4]; expected 0 to 2.", () => Tensor.Embedding(Expect.Values([3, 4]), Indices, 3));
        Expect.Throws<ArgumentException>("Embedding: weight [3]; expected [rows, D].", () => Tensor.Embedding(Expect.Values([3]), Indices));
    }
}
