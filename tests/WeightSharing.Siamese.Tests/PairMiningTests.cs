using CsCheck;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class PairMiningTests
{
    private static readonly Tensor<int> Labels = Tensor.From(0, 0, 1, 1, 2);
    private static readonly Tensor<double> Line = Tensor.From([0.0, 1, 1.5, 5, 5.25], [5, 1]);

    [Fact]
    public void All_pairs_occur_once()
    {
        Pairs pairs = PairMining.All(Labels);
        Assert.Equal(10, pairs.Count);
        Assert.Equal(2, pairs.Similar.ToArray().Count(similar => similar));
        Assert.All(pairs.Left.ToArray().Zip(pairs.Right.ToArray()), pair => Assert.True(pair.First < pair.Second));
        Assert.Equal([1.0, 0, 0, 0, 0, 0, 0, 1, 0, 0], pairs.Labels<double>().ToArray());
        Assert.Equal([1.0, -1, -1, -1, -1, -1, -1, 1, -1, -1], pairs.Labels<double>(different: -1).ToArray());
    }

    [Fact]
    public void Hard_negatives_are_the_nearest_within_the_margin()
    {
        Pairs pairs = PairMining.HardNegatives(Line, Labels, margin: 1);
        Assert.Equal([(0, 1, true), (1, 2, false), (2, 3, true), (3, 4, false)],
            pairs.Left.ToArray().Zip(pairs.Right.ToArray(), pairs.Similar.ToArray()).Select(p => (p.First, p.Second, p.Third)));
        (Tensor<double> left, Tensor<double> right) = pairs.Of(Line);
        Assert.Equal([0.0, 1, 1.5, 5], left.ToArray());
        Assert.Equal([1.0, 1.5, 5, 5.25], right.ToArray());
    }

    [Fact]
    public void What_is_left_out_is_never_nearer_than_what_is_taken() => Gen.Select(Gen.Int[0, 3].Array[12], Gen.Double[-1, 1].Array[24]).Sample((classes, values) =>
    {
        Tensor<double> x = Tensor.From(values, [12, 2]);
        Pairs pairs = PairMining.HardNegatives(x, Tensor.From(classes), margin: 10);
        double[] all = new EuclideanDistance<double>().Pairwise(x, x).ToArray();
        for (int row = 0; row < 12; row++)
        {
            if (classes.All(label => label == classes[row])) continue;
            double nearest = Enumerable.Range(0, 12).Where(other => classes[other] != classes[row]).Min(other => all[row * 12 + other]);
            Assert.Contains(pairs.Left.ToArray().Zip(pairs.Right.ToArray()), pair =>
                (pair.First == row || pair.Second == row) && classes[pair.First] != classes[pair.Second] && all[pair.First * 12 + pair.Second] == nearest);
        }
    });

    [Fact]
    public void Batches_without_pairs_have_none() => Assert.Equal(0, PairMining.All(Tensor.From([7], [1])).Count);

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("PairMining.All: labels [1, 1]; expected a vector, one class for each row.",
            Assert.Throws<ArgumentException>(() => PairMining.All(Tensor.From(new[,] { { 1 } }))).Message, StringComparison.Ordinal);
        Assert.StartsWith("PairMining.HardNegatives: embeddings [5, 1] and labels [1]; expected [N, D] and [N].",
            Assert.Throws<ArgumentException>(() => PairMining.HardNegatives(Line, Tensor.From([7], [1]))).Message, StringComparison.Ordinal);
        Assert.StartsWith("PairMining.HardNegatives: margin -1; it must be greater than 0.",
            Assert.Throws<ArgumentOutOfRangeException>(() => PairMining.HardNegatives(Line, Labels, -1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("PairMining.HardNegatives: the distance of rows 0 and 0 is not a number; look for NaN in the embeddings.",
            Assert.Throws<ArgumentException>(() => PairMining.HardNegatives(Line * double.NaN, Labels)).Message, StringComparison.Ordinal);
    }
}
