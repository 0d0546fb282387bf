using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class EmbeddingTests
{
    [Fact]
    public void Looks_up_vectors_and_adds_up_the_gradients_of_repeats()
    {
        var layer = new Embedding<double>(4, 3);
        layer.Initialize(1);
        Tensor<int> symbols = Tensor.From([1, 3, 1, 0], [2, 2]);
        Tensor<double> y = layer.Forward(symbols);
        Assert.Equal(new Shape(2, 2, 3), y.Shape);
        Assert.Equal(layer.Weight.Value.Select(0, 3).ToArray(), y.Select(0, 0).Select(0, 1).ToArray());
        y.Sum().Backward();
        Assert.Equal([1.0, 1, 1, 2, 2, 2, 0, 0, 0, 1, 1, 1], layer.Weight.Parameter.Gradient!.ToArray());
        Assert.Equal(2, layer.Weight.Parameter.Ledger.Usages.Single().Positions);
        LayerGradients.Verify(layer, () => layer.Forward(symbols));
    }

    [Fact]
    public void The_padding_symbol_starts_at_zero_and_learns_nothing()
    {
        var layer = new Embedding<double>(4, 3, paddingIndex: 2);
        layer.Initialize(1);
        Assert.Equal([0.0, 0, 0], layer.Weight.Value.Select(0, 2).ToArray());
        layer.Forward(Tensor.From(2, 1, 2)).Sum().Backward();
        Assert.Equal([0.0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0], layer.Weight.Parameter.Gradient!.ToArray());
        Assert.Equal(2, layer.Clone().PaddingIndex);
    }

    [Fact]
    public void Takes_a_shared_or_tied_table()
    {
        var first = new Embedding<double>(4, 3);
        var second = new Embedding<double>(4, 3, weight: first.Weight);
        first.Initialize(1);
        Assert.Same(first.Weight.Parameter, second.Weight.Parameter);
        Assert.Equal(6, new Embedding<double>(4, 3, tying: Tying.Toeplitz(4, 3)).Weight.Parameter.Count);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var layer = new Embedding<double>(4, 3);
        layer.Initialize(1);
        Assert.StartsWith("Embedding: index 4 lies outside weight [4, 3]; expected 0 to 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => layer.Forward(Tensor.From(0, 4))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Embedding: padding index 4 of 4 symbols; expected 0 to 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding<double>(4, 3, paddingIndex: 4)).Message, StringComparison.Ordinal);
    }
}
