using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MarginRankingTests
{
    [Fact]
    public void Pairs_in_order_by_the_margin_cost_nothing()
    {
        Tensor<double> a = Tensor.From(1.0, 3, 2), b = Tensor.From(2.0, 1, 2), labels = Tensor.From(1.0, 1, -1);
        Expect.Close(Tensor.From(1.5, 0, 0.5), Loss.MarginRanking(a, b, labels, 0.5, LossReduction.None), 0);
        Expect.Close(Tensor.Scalar(2 / 3.0), Loss.MarginRanking(a, b, labels, 0.5));
        Expect.Close(Tensor.Scalar(1.0), Loss.MarginRanking(a, b, labels, reduction: LossReduction.Sum), 0);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(
        (a, b) => Loss.MarginRanking(a, b, Tensor.From(1.0, -1, 1, -1), 0.3, LossReduction.None).Pow(2.0), Expect.Values([4], "a"), Expect.Values([4], "b"));

    [Fact]
    public void Operands_that_do_not_fit_are_refused() => Expect.Throws<ArgumentException>(
        "MarginRanking: prediction [2] and target [1]; the shapes must be equal.", () => Loss.MarginRanking(Expect.Values([2]), Expect.Values([2]), Tensor.From(1.0)));
}
