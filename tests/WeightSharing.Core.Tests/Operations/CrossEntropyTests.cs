using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CrossEntropyTests
{
    private static readonly Tensor<double> Logits = Expect.Values([4, 3], "logits"), Weights = Tensor.From(0.5, 2.0, 1.5);
    private static readonly Tensor<int> Labels = Tensor.From(2, 0, 1, 1);

    [Fact]
    public void The_loss_of_a_label_is_minus_its_logarithmic_probability()
    {
        Tensor<double> log = Logits.LogSoftmax(1);
        double[] expected = [.. Enumerable.Range(0, 4).Select(i => -log[i, Labels[i]])];
        Expect.Close(expected, Loss.CrossEntropy(Logits, Labels, LossReduction.None).ToArray(), 1e-14);
        Expect.Close([expected.Sum()], Loss.CrossEntropy(Logits, Labels, LossReduction.Sum).ToArray(), 1e-14);
        Expect.Close([expected.Average()], Loss.CrossEntropy(Logits, Labels).ToArray(), 1e-14);
        Expect.Close([expected.Average()], Loss.CrossEntropy(Expect.Strided(Logits), Expect.Strided(Labels)).ToArray(), 1e-14);
    }

    [Fact]
    public void Ignored_labels_count_for_nothing()
    {
        Tensor<int> labels = Tensor.From(2, Loss.DefaultIgnoreIndex, 1, 1);
        Tensor<double> each = Loss.CrossEntropy(Logits, labels, LossReduction.None);
        Assert.Equal(0, each[1]);
        Expect.Close([(each[0] + each[2] + each[3]) / 3], Loss.CrossEntropy(Logits, labels).ToArray(), 1e-14);
        Expect.Close(Loss.CrossEntropy(Logits, labels), Loss.CrossEntropy(Logits, Tensor.From(2, 7, 1, 1), ignoreIndex: 7), 1e-14);
        Tensor<double> x = Logits.Copy().RequireGradient();
        Loss.CrossEntropy(x, labels, labelSmoothing: 0.1).Backward();
        Assert.Equal([0.0, 0, 0], x.Gradient!.Select(0, 1).ToArray());
    }

    [Fact]
    public void Class_weights_weigh_the_terms_and_their_mean()
    {
        Tensor<double> plain = Loss.CrossEntropy(Logits, Labels, LossReduction.None);
        double[] weights = [1.5, 0.5, 2, 2];
        Tensor<double> each = Loss.CrossEntropy(Logits, Labels, LossReduction.None, Weights);
        Expect.Close([.. weights.Select((weight, i) => weight * plain[i])], each.ToArray(), 1e-14);
        Expect.Close([each.Sum().Item() / 6], Loss.CrossEntropy(Logits, Labels, classWeight: Weights).ToArray(), 1e-14);
    }

    [Fact]
    public void Labels_are_probabilities_of_one()
    {
        Tensor<double> oneHot = Tensor.Zeros<double>([4, 3]);
        for (int i = 0; i < 4; i++) oneHot[i, Labels[i]] = 1;
        foreach (double smoothing in (double[])[0, 0.1, 1])
        {
            Expect.Close(Loss.CrossEntropy(Logits, oneHot, labelSmoothing: smoothing), Loss.CrossEntropy(Logits, Labels, labelSmoothing: smoothing), 1e-14);
            Expect.Close(
                Loss.CrossEntropy(Logits, oneHot, LossReduction.None, Weights, smoothing), Loss.CrossEntropy(Logits, Labels, LossReduction.None, Weights, smoothing), 1e-14);
        }
    }

    [Fact]
    public void Smoothing_mixes_in_the_uniform_distribution()
    {
        Tensor<double> log = Logits.LogSoftmax(1);
        double[] expected = [.. Enumerable.Range(0, 4).Select(i => -0.7 * log[i, Labels[i]] - 0.1 * (log[i, 0] + log[i, 1] + log[i, 2]))];
        Expect.Close(expected, Loss.CrossEntropy(Logits, Labels, LossReduction.None, labelSmoothing: 0.3).ToArray(), 1e-14);
    }

    [Fact]
    public void Positions_behind_the_classes_are_rows_of_their_own()
    {
        Tensor<double> logits = Expect.Values([2, 3, 2, 2], "images");
        Tensor<int> labels = Tensor.From(0, 1, 2, 2, 1, 0, 0, 1).Reshape(2, 2, 2);
        Tensor<double> rows = logits.Permute(0, 2, 3, 1).Reshape(8, 3);
        Expect.Close(Loss.CrossEntropy(rows, labels.Reshape(8)), Loss.CrossEntropy(logits, labels), 1e-14);
        Assert.Equal(new Shape(2, 2, 2), Loss.CrossEntropy(logits, labels, LossReduction.None).Shape);
        Expect.Close(
            Loss.CrossEntropy(rows, rows.Softmax(1), classWeight: Weights), Loss.CrossEntropy(logits, logits.Softmax(1), classWeight: Weights), 1e-14);
    }

    [Fact]
    public void One_row_needs_no_batch()
    {
        Tensor<double> x = Logits.Select(0, 1);
        Tensor<int> label = Tensor.Scalar(2);
        foreach (LossReduction reduction in Enum.GetValues<LossReduction>())
        {
            Tensor<double> of = Loss.CrossEntropy(x, label, reduction, Weights, 0.1);
            Assert.Equal(0, of.Rank);
            Expect.Close([of.Item()], Loss.CrossEntropy(x.Unsqueeze(0), Tensor.From(2), reduction, Weights, 0.1).ToArray(), 0);
            Expect.Gradients(x => Loss.CrossEntropy(x, label, reduction, Weights, 0.1), x);
            Expect.Gradients(x => Loss.CrossEntropy(x, Logits.Select(0, 0).Softmax(0), reduction, Weights, 0.1), x);
        }

        Assert.Equal(0, Loss.CrossEntropy(x, Tensor.Scalar(Loss.DefaultIgnoreIndex), LossReduction.None).Item());
    }

    [Fact]
    public void Certain_predictions_do_not_become_nan()
    {
        Tensor<double> x = Tensor.From(0.0, double.NegativeInfinity).Reshape(1, 2).RequireGradient();
        Tensor<double> loss = Loss.CrossEntropy(x, Tensor.From(0));
        Assert.Equal(0, loss.Item());
        loss.Backward();
        Assert.Equal([0.0, 0.0], x.Gradient!.ToArray());
        Assert.Equal(2000, Loss.CrossEntropy(Tensor.From(1000.0, -1000.0).Reshape(1, 2), Tensor.From(1)).Item());
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        foreach (LossReduction reduction in Enum.GetValues<LossReduction>())
        {
            Expect.Gradients(x => Loss.CrossEntropy(x, Labels, reduction, Weights, 0.1), Logits);
            Expect.Gradients(x => Loss.CrossEntropy(x, Logits.Softmax(1), reduction, Weights, 0.1), Expect.Values([4, 3], "other"));
        }

        Expect.Gradients(x => Loss.CrossEntropy(x, Tensor.From(1, 0).Reshape(1, 2)), Expect.Values([1, 2, 2]));
        Expect.Empty(xs => Loss.CrossEntropy(xs[0], Tensor.Zeros<int>([0]), LossReduction.Sum), [], [0, 3]);
        Expect.Empty(xs => Loss.CrossEntropy(xs[0], Tensor.Zeros<int>([0]), LossReduction.None), [0], [0, 3]);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>(
            "CrossEntropy: class index 3 at position 1 of target [4]; logits [4, 3] have classes 0 to 2.", () => Loss.CrossEntropy(Logits, Tensor.From(0, 3, 0, 0)));
        Expect.Throws<ArgumentOutOfRangeException>(
            "CrossEntropy: class index -1 at position 0 of target [4]; logits [4, 3] have classes 0 to 2.", () => Loss.CrossEntropy(Logits, Tensor.From(-1, 0, 0, 0)));
        Expect.Throws<ArgumentException>(
            "CrossEntropy: target [3] does not fit logits [4, 3]; class indices must be [4].", () => Loss.CrossEntropy(Logits, Tensor.From(0, 1, 2)));
        Expect.Throws<ArgumentException>(
            "CrossEntropy: target [3] does not fit logits [4, 3]; class probabilities must have the logits' shape.", () => Loss.CrossEntropy(Logits, Tensor.From(0.0, 1, 2)));
        Expect.Throws<ArgumentException>("CrossEntropy: logits []; expected [N, C] or [N, C, d1, …], or [C] for one row.", () => Loss.CrossEntropy(Tensor.Scalar(1.0), Tensor.From(0)));
        Expect.Throws<ArgumentException>("CrossEntropy: target [1] does not fit logits [3]; class indices must be [].", () => Loss.CrossEntropy(Tensor.Zeros<double>(3), Tensor.From(0)));
        Expect.Throws<ArgumentException>("CrossEntropy: class weights [3] do not fit logits [2]; they must be [2].", () => Loss.CrossEntropy(Tensor.Zeros<double>(2), Tensor.Scalar(0), classWeight: Weights));
        Expect.Throws<ArgumentException>(
            "CrossEntropy: class weights [2] do not fit logits [4, 3]; they must be [3].", () => Loss.CrossEntropy(Logits, Labels, classWeight: Tensor.From(1.0, 2.0)));
        Expect.Throws<ArgumentOutOfRangeException>("CrossEntropy: label smoothing 1.5; expected 0 to 1.", () => Loss.CrossEntropy(Logits, Labels, labelSmoothing: 1.5));
        const string Nothing = "CrossEntropy: the mean over nothing is undefined: logits";
        Expect.Throws<InvalidOperationException>(Nothing + " [0, 3] have no labelled row of positive weight; use LossReduction.Sum, or skip the batch.", () => Loss.CrossEntropy(Tensor.Zeros<double>([0, 3]), Tensor.Zeros<int>([0])));
        Expect.Throws<InvalidOperationException>(Nothing, () => Loss.CrossEntropy(Logits, Tensor.Full(4, -100)));
        Expect.Throws<InvalidOperationException>(Nothing, () => Loss.CrossEntropy(Tensor.Zeros<double>([0, 3]), Tensor.Zeros<double>([0, 3])));
    }
}
