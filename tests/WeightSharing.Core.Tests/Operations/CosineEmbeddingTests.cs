using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CosineEmbeddingTests
{
    private static readonly Tensor<double> Labels = Tensor.From(1.0, -1, -1, 1);

    [Fact]
    public void Similar_pairs_cost_what_their_cosine_lacks_different_ones_what_it_exceeds()
    {
        Tensor<double> a = Tensor.From(new double[,] { { 1, 0 }, { 1, 0 }, { 1, 0 }, { 2, 0 } });
        Tensor<double> b = Tensor.From(new double[,] { { 0, 3 }, { 5, 0 }, { -1, 1 }, { 3, 0 } });
        Expect.Close(Tensor.From(1, 0.8, 0, 0), Loss.CosineEmbedding(a, b, Labels, 0.2, LossReduction.None), 1e-10);
        Expect.Close(Tensor.Scalar(1.8), Loss.CosineEmbedding(a, b, Labels, 0.2, LossReduction.Sum), 1e-10);
        Expect.Close(Tensor.Scalar(0.45), Loss.CosineEmbedding(a, b, Labels, 0.2), 1e-10);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(
        (a, b) => Loss.CosineEmbedding(a, b, Labels, -0.3, LossReduction.None), Expect.Values([4, 3], "a"), Expect.Values([4, 3], "b"));

    [Fact]
    public void The_same_tensor_may_be_both_and_zero_vectors_are_harmless()
    {
        Expect.Gradients(x => Loss.CosineEmbedding(x, x, Labels, 0.1, LossReduction.None), Expect.Values([4, 3]));
        Tensor<double> zero = Tensor.Zeros<double>([4, 3]).RequireGradient();
        Tensor<double> loss = Loss.CosineEmbedding(zero, Expect.Values([4, 3]) * 1e-7, Labels, reduction: LossReduction.None);
        Assert.Equal([1.0, 0, 0, 1], loss.ToArray());
        loss.Sum().Backward();
        Assert.All(zero.Gradient!.ToArray(), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void At_a_zero_vector_the_slope_is_that_of_the_formula()
    {
        Tensor<double> zero = Tensor.Zeros<double>([2, 3]).RequireGradient(), other = Expect.Values([2, 3]);
        Loss.CosineEmbedding(zero, other, Tensor.From(1.0, -1), reduction: LossReduction.Sum).Backward();
        // ∂c/∂a = b / √(ε(|b|² + ε)) there; the cosine 0 of a different pair lies on the margin 0, where the slope is still that above it.
        Tensor<double> slope = other / ((other * other).Sum(1, keepDimensions: true) * 1e-12f).Sqrt();
        Expect.Close(Tensor.Concat([-slope.Slice(0, 0, 1), slope.Slice(0, 1, 2)], 0), zero.Gradient!, 1e-5);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Expect.Values([2, 3]), y = Tensor.From(1.0, -1);
        Expect.Throws<ArgumentException>("CosineEmbedding: left [2, 3] and right [2]; the shapes must be equal, [.., D].", () => Loss.CosineEmbedding(x, y, y));
        Expect.Throws<ArgumentException>("CosineEmbedding: labels [3] for vectors [2, 3]; there must be one label for each pair.", () => Loss.CosineEmbedding(x, x, Tensor.Ones<double>(3)));
        Expect.Throws<ArgumentException>("CosineEmbedding: label 0 at 1; expected 1 for similar or -1 for different.", () => Loss.CosineEmbedding(x, x, Tensor.From(1.0, 0)));
        Expect.Throws<ArgumentException>("CosineEmbedding: label NaN at 0; expected", () => Loss.CosineEmbedding(x, x, Tensor.From(double.NaN, 1)));
        Expect.Throws<ArgumentOutOfRangeException>("CosineEmbedding: margin 2; expected −1 to 1.", () => Loss.CosineEmbedding(x, x, y, 2));
    }
}
