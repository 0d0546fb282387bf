using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class PrototypesTests
{
    private static readonly Tensor<double> Points = Tensor.From(new double[,] { { 0, 0 }, { 0, 2 }, { 5, 5 }, { 7, 5 }, { 6, 8 } });
    private static readonly Tensor<int> Labels = Tensor.From(3, 3, -1, -1, -1);

    [Fact]
    public void Are_the_means_of_their_classes()
    {
        Prototypes<double> prototypes = Prototypes<double>.Of(Points, Labels);
        Assert.Equal([-1, 3], prototypes.Classes);
        Assert.Equal([6.0, 6, 0, 1], prototypes.Means.ToArray());
    }

    [Fact]
    public void The_nearest_one_classifies()
    {
        Prototypes<double> prototypes = Prototypes<double>.Of(Points, Labels);
        Assert.Equal([3, -1, -1], prototypes.Classify(Tensor.From(new double[,] { { 1, 1 }, { 4, 6 }, { 9, 9 } })).ToArray());
        Assert.Equal([-61.0, 0], prototypes.Logits(Tensor.From(new double[,] { { 0, 1 } })).ToArray());
        // By direction the second point is of the class that lies along its diagonal.
        Assert.Equal([-1, 3], Prototypes<double>.Of(Points, Labels, new CosineDistance<double>()).Classify(Tensor.From(new double[,] { { 0.1, 0.1 }, { 0, 9 } })).ToArray());
    }

    [Fact]
    public void Are_differentiable() => GradCheck.Verify(
        (examples, queries) => Prototypes<double>.Of(examples, Tensor.From(0, 1, 0)).Logits(queries), [3, 2], [2, 2]);

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("Prototypes: embeddings [5, 2] and labels [2]; expected [N, D] and [N] with N at least 1.",
            Assert.Throws<ArgumentException>(() => Prototypes<double>.Of(Points, Tensor.From(0, 1))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Prototypes: embeddings [0, 2] and labels [0]; expected",
            Assert.Throws<ArgumentException>(() => Prototypes<double>.Of(Tensor.Zeros<double>([0, 2]), Tensor.Zeros<int>([0]))).Message, StringComparison.Ordinal);
    }
}
