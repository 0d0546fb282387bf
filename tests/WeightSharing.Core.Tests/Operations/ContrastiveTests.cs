using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ContrastiveTests
{
    private static readonly Tensor<double> Similar = Tensor.From(1.0, 0, 0, 0.25);

    [Fact]
    public void Similar_pairs_cost_their_distance_different_ones_what_the_margin_lacks()
    {
        Tensor<double> d = Tensor.From(3.0, 0.5, 4, 1);
        Expect.Close(Tensor.From(4.5, 1.125, 0, 0.125 + 0.375), Loss.Contrastive(d, Similar, 2, LossReduction.None), 1e-15);
        Expect.Close(Tensor.Scalar(6.125), Loss.Contrastive(d, Similar, 2, LossReduction.Sum), 1e-15);
        Expect.Close(Tensor.Scalar(6.125 / 4), Loss.Contrastive(d, Similar, 2), 1e-15);
        Expect.Close(Tensor.From(4.5, 0, 0, 0.125), Loss.Contrastive(d, Similar, 0, LossReduction.None), 1e-15);
    }

    [Fact]
    public void Vectors_are_compared_by_their_Euclidean_distance()
    {
        Tensor<double> a = Tensor.From(new double[,] { { 0, 0 }, { 1, 1 } }), b = Tensor.From(new double[,] { { 3, 4 }, { 1, 1.5 } });
        Expect.Close(Tensor.From(12.5, 0.125), Loss.Contrastive(a, b, Tensor.From(1.0, 0), 1, LossReduction.None), 1e-15);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((a, b) => Loss.Contrastive(a, b, Similar, 2.5, LossReduction.None), Expect.Values([4, 3], "a"), Expect.Values([4, 3], "b"));
        Expect.Gradients(d => Loss.Contrastive(d, Similar, 1.3), Expect.Between(0.1, 1.2, [4]));
    }

    [Fact]
    public void A_vector_against_itself_has_no_gradient_and_no_NaN()
    {
        foreach (double label in new[] { 0.0, 1 })
        {
            Tensor<double> x = Expect.Values([2, 3]).RequireGradient();
            Tensor<double> loss = Loss.Contrastive(x, x, Tensor.Full([2], label), 2, LossReduction.Sum);
            Assert.Equal(label == 1 ? 0 : 4, loss.Item());
            loss.Backward();
            Assert.All(x.Gradient!.ToArray(), value => Assert.Equal(0, value));
            Tensor<double> y = x.Detach().RequireGradient();
            Assert.All(Gradient.Of(Loss.Contrastive(x, y, Tensor.Full([2], label)), y).ToArray(), value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Tensor<double> x = Expect.Values([2, 3]), y = Tensor.From(1.0, 0);
        Expect.Throws<ArgumentException>("Contrastive: left [2, 3] and right [3, 2]; the shapes must be equal, [.., D].", () => Loss.Contrastive(x, Expect.Values([3, 2]), y));
        Expect.Throws<ArgumentException>("Contrastive: distances [2] and labels [3] differ; there must be one label for each pair.", () => Loss.Contrastive(x, x, Tensor.Zeros<double>(3)));
        Expect.Throws<ArgumentOutOfRangeException>("Contrastive: margin -1; it must not be negative.", () => Loss.Contrastive(x, x, y, -1));
        Expect.Throws<ArgumentException>(
            "Contrastive: label NaN at 1; expected 1 for similar, 0 for different, or a number between.", () => Loss.Contrastive(x, x, Tensor.From(1, double.NaN)));
        Expect.Throws<ArgumentException>("Contrastive: label -1 at 0; expected", () => Loss.Contrastive(x, x, Tensor.From(-1.0, 1)));
        Expect.Throws<InvalidOperationException>("Contrastive: the mean over nothing", () => Loss.Contrastive(Tensor.Zeros<double>([0, 2]), Tensor.Zeros<double>([0, 2]), Tensor.Zeros<double>([0])));
    }
}
