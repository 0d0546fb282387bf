using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class DiceTests
{
    [Fact]
    public void Agrees_with_a_loop_and_is_zero_for_a_perfect_and_an_empty_region()
    {
        Tensor<double> p = Expect.Between(0, 1, [2, 3, 4, 5], "p"), t = Expect.Between(0, 1, [2, 3, 4, 5], "t").Round();
        var expected = new double[6];
        for (int i = 0; i < 6; i++)
        {
            double[] a = p.Reshape([6, 20]).Select(0, i).ToArray(), b = t.Reshape([6, 20]).Select(0, i).ToArray();
            expected[i] = 1 - (2 * a.Zip(b, (x, y) => x * y).Sum() + 1) / (a.Sum() + b.Sum() + 1);
        }

        Expect.Close(Tensor.From(expected, [2, 3]), Loss.Dice(p, t, reduction: LossReduction.None));
        Expect.Close(Tensor.Scalar(0.0), Loss.Dice(t, t), 1e-15);
        Expect.Close(Tensor.Scalar(0.0), Loss.Dice(Tensor.Zeros<double>([1, 1, 4]), Tensor.Zeros<double>([1, 1, 4])), 1e-15);
    }

    [Fact]
    public void Class_indices_are_the_regions_of_their_classes()
    {
        Tensor<double> p = Expect.Values([2, 3, 4]).Softmax(1);
        Tensor<int> labels = Tensor.From([0, 1, 2, 2, 1, 1, 0, 2], [2, 4]);
        Expect.Close(Loss.Dice(p, Tensor.OneHot<double>(labels, 3).Permute([0, 2, 1])), Loss.Dice(p, labels));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients((p, t) => Loss.Dice(p, t, reduction: LossReduction.None), Expect.Between(0.1, 0.9, [2, 2, 3], "p"), Expect.Between(0, 1, [2, 2, 3], "t"));
        Expect.Gradients(p => Loss.Dice(p, p, reduction: LossReduction.None), Expect.Between(0.1, 0.9, [1, 2, 3]));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Expect.Throws<ArgumentException>("Dice: probabilities [2, 3]; expected [N, C, d1, …].", () => Loss.Dice(Expect.Values([2, 3]), Expect.Values([2, 3])));
        Expect.Throws<ArgumentException>("Dice: target [2, 3] does not fit probabilities [2, 3, 4];", () => Loss.Dice(Expect.Values([2, 3, 4]), Tensor.Zeros<int>([2, 3])));
        Expect.Throws<ArgumentOutOfRangeException>("Dice: smoothing 0; expected a finite number above 0.", () => Loss.Dice(Expect.Values([1, 1, 2]), Expect.Values([1, 1, 2]), 0));
    }
}
