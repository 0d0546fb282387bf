using CsCheck;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class ConfusionMatrixTests
{
    [Fact]
    public void Counts_the_largest_logit_against_the_label()
    {
        var confusion = new ConfusionMatrix(3);
        confusion.Add(Tensor.From(new double[,] { { 1, 2, 0 }, { 5, 2, 5 }, { 0, 0, 9 }, { 1, 0, 0 } }), Tensor.From(1, 0, 1, Loss.DefaultIgnoreIndex));
        Assert.Equal((1L, 1L, 1L), (confusion[1, 1], confusion[0, 0], confusion[1, 2]));
        Assert.Equal((3L, 2L), (confusion.Total, confusion.Correct));
        Assert.Equal(2.0 / 3, confusion.Accuracy);
        Assert.Equal((1.0, 1.0, 0.0), (confusion.Precision(0), confusion.Precision(1), confusion.Precision(2)));
        Assert.Equal((1.0, 0.5, double.NaN), (confusion.Recall(0), confusion.Recall(1), confusion.Recall(2)));
        Assert.Equal((1.0, 2.0 / 3, 0.0), (confusion.F1(0), confusion.F1(1), confusion.F1(2)));
    }

    [Fact]
    public void Counts_every_position_of_dense_predictions()
    {
        var confusion = new ConfusionMatrix(2);
        confusion.Add(Tensor.From(new float[] { 1, 0, 0, 1 }, [1, 2, 2]), Tensor.From(new[] { 0, 0 }, [1, 2]));
        Assert.Equal((1L, 1L), (confusion[0, 0], confusion[0, 1]));
    }

    [Fact]
    public void Sums_of_parts_are_the_whole() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Array[0, 40].Sample(pairs =>
        {
            ConfusionMatrix whole = new(4), left = new(4), right = new(4);
            for (int i = 0; i < pairs.Length; i++)
            {
                whole.Add(pairs[i].Item1, pairs[i].Item2);
                (i % 2 == 0 ? left : right).Add(pairs[i].Item1, pairs[i].Item2);
            }

            left.Add(right);
            Assert.Equal(pairs.Length, left.Total);
            Assert.Equal(whole.ToString(), left.ToString());
            Assert.Equal(whole.Correct, pairs.Count(pair => pair.Item1 == pair.Item2));
        });

    [Fact]
    public void The_table_has_recall_precision_and_accuracy()
    {
        var confusion = new ConfusionMatrix(2, "cat", "dog");
        confusion.Add(0, 0, 8);
        confusion.Add(0, 1, 2);
        string[] lines = confusion.ToString().Split(Environment.NewLine);
        Assert.Equal(
        [
            "actual      cat   dog  recall",
            "cat           8     2   0.800",
            "dog           0     0       –",
            "precision 1.000 0.000",
            "accuracy 0.800 (8 of 10)",
        ], lines);
        Assert.Equal(double.NaN, new ConfusionMatrix(2).Accuracy);
    }

    [Fact]
    public void Wrong_shapes_labels_and_classes_are_errors()
    {
        var confusion = new ConfusionMatrix(2);
        Assert.Equal(
            "ConfusionMatrix: logits [3, 4] and labels [3] for 2 classes; expected [N, 2, ..] and [N, ..].",
            Assert.Throws<ArgumentException>(() => confusion.Add(Tensor.Zeros<float>(3, 4), Tensor.From(0, 1, 1))).Message);
        Assert.StartsWith(
            "ConfusionMatrix: label 2 at position 1; expected 0 to 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => confusion.Add(Tensor.Zeros<float>(2, 2), Tensor.From(0, 2))).Message, StringComparison.Ordinal);
        Assert.Equal(0, confusion.Total);
        Assert.StartsWith(
            "ConfusionMatrix: actual class 0, predicted class 2; both must be 0 to 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => confusion.Add(0, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => confusion.Add(new ConfusionMatrix(3)));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(2, "cat"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfusionMatrix(0));
    }
}
