using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class MultiMarginTests
{
    private static readonly Tensor<double> Scores = Tensor.From(new[,] { { 0.5, 1, -0.2 }, { 2, 0.25, 1.5 } });
    private static readonly Tensor<int> Target = Tensor.From(1, 2);

    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double> x = Scores.Copy().RequireGradient(), loss = Loss.MultiMargin(x, Target);
        Assert.Equal(1 / 3.0, loss.Item(), 1e-15);
        loss.Backward();
        Expect.Close(Tensor.From(new[,] { { 1 / 6.0, -1 / 6.0, 0 }, { 1 / 6.0, 0, -1 / 6.0 } }), x.Gradient!, 1e-15);
        // A margin that is just kept counts as an excess of 0, whose square is flat.
        x = Scores.Copy().RequireGradient();
        loss = Loss.MultiMargin(x, Target, p: 2, margin: 0.5, reduction: LossReduction.None);
        Expect.Close(Tensor.From(0, 1 / 3.0), loss, 1e-15);
        loss.Sum().Backward();
        Expect.Close(Tensor.From(new[,] { { 0, 0, 0 }, { 2 / 3.0, 0, -2 / 3.0 } }), x.Gradient!, 1e-15);
        Expect.Close(Tensor.From(1 / 3.0, 0.25), Loss.MultiMargin(Scores, Target, classWeight: Tensor.From(1.0, 2, 0.5), reduction: LossReduction.None), 1e-15);
        Assert.Equal(1 / 6f, Loss.MultiMargin(Scores.Select(0, 0).To<float>(), Tensor.Scalar(1)).Item(), 1e-7f);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => Loss.MultiMargin(x, Tensor.From(1, 0, 2), p: 2, reduction: LossReduction.None), Expect.Values([3, 4]));
        Expect.Gradients(x => Loss.MultiMargin(x, Tensor.From(1, 0, 2), margin: 0.3, classWeight: Tensor.From(1.0, 2, 3, 4)), Expect.Values([3, 4]));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Expect.Throws<ArgumentException>("MultiMargin: scores [2, 3], target [3], weights none; expected", () => Loss.MultiMargin(Scores, Tensor.From(1, 2, 0)));
        Expect.Throws<ArgumentException>("MultiMargin: scores [2, 3], target [2], weights [2]; expected", () => Loss.MultiMargin(Scores, Target, classWeight: Tensor.From(1.0, 2)));
        Expect.Throws<ArgumentOutOfRangeException>("MultiMargin: p 3; expected 1 or 2.", () => Loss.MultiMargin(Scores, Target, p: 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loss.MultiMargin(Scores, Tensor.From(1, 3)));
    }
}
