using CsCheck;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class TripletMiningTests
{
    private static IEnumerable<(int A, int P, int N)> Listed(Triplets triplets) =>
        triplets.Anchor.ToArray().Zip(triplets.Positive.ToArray(), triplets.Negative.ToArray());

    [Fact]
    public void All_triplets_have_an_anchor_and_a_positive_of_one_class_and_a_negative_of_another()
    {
        Triplets triplets = TripletMining.All(Tensor.From(0, 1, 0, 2));
        Assert.Equal([(0, 2, 1), (0, 2, 3), (2, 0, 1), (2, 0, 3)], Listed(triplets));
        Assert.Equal(4, triplets.Count);
    }

    [Fact]
    public void Semi_hard_negatives_lie_beyond_the_positive_but_within_the_margin()
    {
        // Anchor 0 at 0, its positive at 1; negatives at 0.5 (too hard), 1.25 (semi-hard) and 3 (too easy).
        Tensor<double> line = Tensor.From([0.0, 1, 0.5, 1.25, 3], [5, 1]);
        Tensor<int> labels = Tensor.From(0, 0, 1, 2, 3);
        Assert.Equal([(0, 1, 3), (1, 0, 4)], Listed(TripletMining.SemiHard(line, labels, margin: 1.5)));
        Assert.Equal([(0, 1, 3)], Listed(TripletMining.SemiHard(line, labels, margin: 0.5)));
        (Tensor<double> a, Tensor<double> p, Tensor<double> n) = TripletMining.SemiHard(line, labels, margin: 0.5).Of(line);
        Assert.Equal((0.0, 1.0, 1.25), (a.Item(), p.Item(), n.Item()));
    }

    [Fact]
    public void Where_no_negative_lies_beyond_the_farthest_serves()
    {
        Tensor<double> line = Tensor.From([0.0, 4, 0.5, 1], [4, 1]);
        Assert.Contains((0, 1, 3), Listed(TripletMining.SemiHard(line, Tensor.From(0, 0, 1, 2))));
    }

    [Fact]
    public void Semi_hard_triplets_have_a_loss_between_nothing_and_the_margin() =>
        Gen.Select(Gen.Int[0, 3].Array[10], Gen.Double[-1, 1].Array[20]).Sample((classes, values) =>
        {
            Tensor<double> x = Tensor.From(values, [10, 2]);
            double[] d = new EuclideanDistance<double>().Pairwise(x, x).ToArray();
            foreach ((int a, int p, int n) in Listed(TripletMining.SemiHard(x, Tensor.From(classes), margin: 0.4)))
            {
                Assert.True(classes[a] == classes[p] && a != p && classes[n] != classes[a]);
                bool none = Enumerable.Range(0, 10).All(other => classes[other] == classes[a] || d[a * 10 + other] <= d[a * 10 + p]);
                Assert.True(none || (d[a * 10 + n] > d[a * 10 + p] && d[a * 10 + n] < d[a * 10 + p] + 0.4));
            }
        });

    [Fact]
    public void Hard_triplets_are_one_an_anchor()
    {
        Tensor<double> line = Tensor.From([0.0, 1, 3, 0.5, 10], [5, 1]);
        Assert.Equal([(0, 2, 3), (1, 2, 3), (2, 0, 3)], Listed(TripletMining.Hard(line, Tensor.From(0, 0, 0, 1, 2))));
        Assert.Equal(0, TripletMining.Hard(line, Tensor.Zeros<int>(5)).Count);
        Assert.Equal(0, TripletMining.SemiHard(line, Tensor.Zeros<int>(5)).Count);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("TripletMining.SemiHard: embeddings [3] and labels [3]; expected [N, D] and [N].",
            Assert.Throws<ArgumentException>(() => TripletMining.SemiHard(Tensor.Ones<double>(3), Tensor.From(0, 0, 1))).Message, StringComparison.Ordinal);
        Assert.StartsWith("TripletMining.SemiHard: margin NaN; it must be greater than 0.",
            Assert.Throws<ArgumentOutOfRangeException>(() => TripletMining.SemiHard(Tensor.Ones<double>(3, 1), Tensor.From(0, 0, 1), double.NaN)).Message, StringComparison.Ordinal);
    }
}
