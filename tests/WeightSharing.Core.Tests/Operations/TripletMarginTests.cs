using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class TripletMarginTests
{
    private static readonly Tensor<double> Anchor = Expect.Values([4, 3], "a"), Positive = Expect.Values([4, 3], "p"), Negative = Expect.Values([4, 3], "n");

    [Fact]
    public void A_negative_beyond_the_margin_costs_nothing()
    {
        Tensor<double> near = Tensor.From(1.0, 2, 1), far = Tensor.From(1.5, 1, 3);
        Expect.Close(Tensor.From(0.5, 2, 0), Loss.TripletMargin(near, far, reduction: LossReduction.None), 1e-15);
        Expect.Close(Tensor.Scalar(2.5), Loss.TripletMargin(near, far, reduction: LossReduction.Sum), 1e-15);
        Expect.Close(Tensor.Scalar(2.5 / 3), Loss.TripletMargin(near, far), 1e-15);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3.5)]
    [InlineData(double.PositiveInfinity)]
    public void Distances_are_norms_of_differences(double p)
    {
        double Distance(Tensor<double> u, Tensor<double> v, int row)
        {
            double[] magnitudes = [.. Enumerable.Range(0, 3).Select(i => Math.Abs(u[row, i] - v[row, i] + 1e-6))];
            return double.IsInfinity(p) ? magnitudes.Max() : Math.Pow(magnitudes.Sum(m => Math.Pow(m, p)), 1 / p);
        }

        double[] expected = [.. Enumerable.Range(0, 4).Select(row => Math.Max(0, Distance(Anchor, Positive, row) - Distance(Anchor, Negative, row) + 1))];
        double[] swapped = [.. Enumerable.Range(0, 4).Select(row =>
            Math.Max(0, Distance(Anchor, Positive, row) - Math.Min(Distance(Anchor, Negative, row), Distance(Positive, Negative, row)) + 1))];
        Expect.Close(Tensor.From(expected), Loss.TripletMargin(Anchor, Positive, Negative, p: p, reduction: LossReduction.None));
        Expect.Close(Tensor.From(swapped), Loss.TripletMargin(Anchor, Positive, Negative, p: p, swap: true, reduction: LossReduction.None));
    }

    [Fact]
    public void Without_a_margin_distances_that_tie_are_still_told_apart()
    {
        Tensor<double> near = Tensor.From(1.0, 2, 1).RequireGradient(), far = Tensor.From(1.0, 1, 3).RequireGradient();
        Tensor<double> losses = Loss.TripletMargin(near, far, margin: 0, reduction: LossReduction.None);
        Assert.Equal([0.0, 1, 0], losses.ToArray());
        losses.Sum().Backward();
        Assert.Equal([1.0, 1, 0], near.Gradient!.ToArray());
        Assert.Equal([-1.0, -1, 0], far.Gradient!.ToArray());
    }

    [Fact]
    public void Squared_distances_are_those_of_FaceNet()
    {
        Tensor<double> Square(Tensor<double> x) => (x * x).Sum(1);
        Expect.Close(
            (Square(Anchor - Positive) - Square(Anchor - Negative) + 0.2).Relu(),
            Loss.TripletMargin(Anchor, Positive, Negative, 0.2, squared: true, reduction: LossReduction.None));
        Tensor<double> x = Anchor.Copy().RequireGradient();
        Loss.TripletMargin(x, x, x, squared: true).Backward();
        Assert.All(x.Gradient!.ToArray(), value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, false, false)]
    [InlineData(2, true, false)]
    [InlineData(2, false, true)]
    [InlineData(3, false, false)]
    public void Gradients_agree_with_differences(double p, bool squared, bool swap) => Expect.Gradients(
        xs => Loss.TripletMargin(xs[0], xs[1], xs[2], 2, p, squared, swap, LossReduction.None), Anchor, Positive, Negative);

    [Fact]
    public void The_same_tensor_may_be_all() =>
        Expect.Gradients(x => Loss.TripletMargin(x, x * x, x, 1.5, reduction: LossReduction.None), Anchor);

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentException>("TripletMargin: anchor [4, 3] and negative [3]; the shapes must be equal, [.., D].", () => Loss.TripletMargin(Anchor, Positive, Expect.Values([3])));
        Expect.Throws<ArgumentException>("TripletMargin: distances [2] to the positive and [3] to the negative; the shapes must be equal.", () => Loss.TripletMargin(Expect.Values([2]), Expect.Values([3])));
        Expect.Throws<ArgumentOutOfRangeException>("TripletMargin: margin -1; it must not be negative.", () => Loss.TripletMargin(Anchor, Positive, Negative, -1));
        Expect.Throws<ArgumentOutOfRangeException>("TripletMargin: p -1; it must not be negative.", () => Loss.TripletMargin(Anchor, Positive, Negative, p: -1));
        Expect.Throws<ArgumentException>("TripletMargin: squared distances with p = 1; they are Euclidean, leave p at 2.", () => Loss.TripletMargin(Anchor, Positive, Negative, p: 1, squared: true));
    }

    [Fact]
    public void Order_zero_counts_what_differs_as_PyTorch_does()
    {
        // With ε added no difference is 0, as long as none was −ε: both distances are the number of elements.
        Tensor<double> a = Tensor.From(new double[,] { { 1, 2 }, { 3, 4 } }).RequireGradient();
        Tensor<double> loss = Loss.TripletMargin(a, Tensor.From(new[,] { { 1, 2.5 }, { 3, 4 } }), Tensor.From(new double[,] { { 0, 2 }, { 3, 5 } }), p: 0, reduction: LossReduction.None);
        Assert.Equal([1.0, 1], loss.ToArray());
        loss.Sum().Backward();
        Assert.All(a.Gradient!.ToArray(), g => Assert.Equal(0, g));
    }
}
