using CsCheck;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class DistanceTests
{
    public static TheoryData<string> Kinds => ["euclidean", "squared", "cosine", "weighted"];

    internal static Distance<double> Make(string kind, int dimension = 3)
    {
        Distance<double> distance = kind switch
        {
            "euclidean" => new EuclideanDistance<double>(),
            "squared" => new EuclideanDistance<double>(squared: true),
            "cosine" => new CosineDistance<double>(),
            _ => new WeightedL1Distance<double>(dimension, initializer: Sharing.Initializer.Uniform(1)),
        };
        distance.Initialize(1);
        return distance;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Are_symmetric_and_zero_to_themselves_exactly(string kind) => Gen.Double[-3, 3].Array[24].Sample(values =>
    {
        Distance<double> distance = Make(kind);
        Tensor<double> x = Tensor.From(values[..12], [4, 3]), y = Tensor.From(values[12..], [4, 3]);
        Assert.Equal(distance.Forward(x, y).ToArray(), distance.Forward(y, x).ToArray());
        Assert.Equal(new double[4], distance.Forward(x, x).ToArray());
        Assert.Equal(new double[4], distance.Forward(x, x.Copy()).ToArray());
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Have_gradient_zero_at_distance_zero(string kind)
    {
        Distance<double> distance = Make(kind);
        Tensor<double> x = Tensor.Normal<double>([4, 3], RandomKey.Of(1)).RequireGradient(), y = x.Detach().RequireGradient();
        distance.Forward(x, y).Sum().Backward();
        Assert.Equal(new double[12], x.Gradient!.ToArray());
        Assert.Equal(new double[12], y.Gradient!.ToArray());
        Tensor<double> zero = Tensor.Zeros<double>(2, 3).RequireGradient();
        distance.Forward(zero, zero).Sum().Backward();
        Assert.Equal(new double[6], zero.Gradient!.ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Differentiate_between_and_within(string kind)
    {
        Distance<double> distance = Make(kind);
        GradCheck.Verify(distance.Forward, [4, 3], [4, 3]);
        GradCheck.Verify(x => distance.Forward(x[..2], x[2..]), [4, 3]);
        GradCheck.Verify(x => distance.Forward(x, x * x), [2, 3]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_views_broadcast_and_go_over_the_last_dimension(string kind)
    {
        Distance<double> distance = Make(kind);
        Tensor<double> x = Tensor.Normal<double>([3, 4], RandomKey.Of(1)).Transpose(), y = Tensor.Normal<double>([2, 5, 4, 3], RandomKey.Of(2));
        Assert.Equal([4], distance.Forward(x, x.Copy()).Shape.ToArray());
        Assert.Equal([2, 5, 4], distance.Forward(x, y).Shape.ToArray());
        Assert.Equal(distance.Forward(x.Contiguous(), y).ToArray(), distance.Forward(x, y).ToArray());
        Assert.Equal(0, distance.Forward(x[0..1].Reshape(3), x[0..1].Reshape(3)).Item());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void All_pairs_are_the_single_ones(string kind)
    {
        // So many rows that the matrix is made in several parts.
        int dimension = 128;
        Distance<double> distance = Make(kind, dimension);
        Tensor<double> x = Tensor.Normal<double>([70, dimension], RandomKey.Of(1)), y = Tensor.Normal<double>([200, dimension], RandomKey.Of(2));
        Tensor<double> all = distance.Pairwise(x, y);
        Assert.Equal([70, 200], all.Shape.ToArray());
        for (int row = 0; row < 70; row += 23)
        {
            Tensor<double> one = distance.Forward(x[row..(row + 1)], y);
            Assert.True((all[row..(row + 1)].Reshape(200) - one).Abs().Max().Item() < 1e-12);
        }

        GradCheck.Verify(Make(kind).Pairwise, [3, 3], [2, 3]);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var distance = new EuclideanDistance<float>();
        Assert.StartsWith("EuclideanDistance: embeddings [2, 3] and [2, 4]; their last dimensions must be equal.",
            Assert.Throws<ArgumentException>(() => distance.Forward(Tensor.Ones<float>(2, 3), Tensor.Ones<float>(2, 4))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Pairwise: embeddings [3] and [2, 3]; expected matrices [N, D] and [M, D].",
            Assert.Throws<ArgumentException>(() => distance.Pairwise(Tensor.Ones<float>(3), Tensor.Ones<float>(2, 3))).Message, StringComparison.Ordinal);
    }
}
