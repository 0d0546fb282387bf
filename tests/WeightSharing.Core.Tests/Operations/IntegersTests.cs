using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class IntegersTests
{
    private static readonly Tensor<int> Sample = Tensor.From(new[,] { { 1, 5, 3 }, { 4, 5, 6 } });

    [Fact]
    public void Comparisons_broadcast_and_are_exact()
    {
        Tensor<int> row = Tensor.From(1, 5, 6);
        Assert.Equal([true, true, false, false, true, true], Sample.Equal(row).ToArray());
        Assert.Equal([false, false, true, true, false, false], Sample.NotEqual(row).ToArray());
        Assert.Equal([false, false, true, false, false, false], Sample.Less(row).ToArray());
        Assert.Equal([true, true, true, false, true, true], Sample.LessOrEqual(row).ToArray());
        Assert.Equal([false, false, false, true, false, false], Sample.Greater(row).ToArray());
        Assert.Equal([true, true, false, true, true, true], Sample.GreaterOrEqual(row).ToArray());
        Assert.Equal([false, true, false, false, true, false], Sample.Equal(5).ToArray());
        Assert.Equal([true, false, true], Sample.Transpose().Select(1, 0).NotEqual(5).ToArray());
        Assert.Equal([true, false, true, true, false, false], Sample.Less(5).ToArray());
        Assert.Equal([false, true, false, false, true, true], Sample.LessOrEqual(4).Not().ToArray());
        Assert.Equal([false, true, false, false, true, true], Sample.Greater(4).ToArray());
        Assert.Equal([false, true, false, true, true, true], Sample.GreaterOrEqual(4).ToArray());

        // Neighbours that a double cannot tell apart.
        Assert.Equal([false], Tensor.From(long.MaxValue).Equal(long.MaxValue - 1).ToArray());
        Assert.Equal([true], Tensor.From(ulong.MaxValue).Greater(ulong.MaxValue - 1).ToArray());
    }

    [Fact]
    public void Accuracy_is_a_comparison_of_positions_with_labels()
    {
        Tensor<float> logits = Tensor.From(new float[,] { { 2, 1 }, { 0, 1 }, { 5, 4 } });
        Assert.Equal(2 / 3f, logits.ArgMax(1).Equal(Tensor.From(0, 1, 1)).To<float>().Mean().Item());
    }

    [Fact]
    public void Positions_are_selected_along_any_dimension()
    {
        Assert.Equal([4, 5, 6, 1, 5, 3, 4, 5, 6], Sample.IndexSelect(0, Tensor.From(1, 0, 1)).ToArray());
        Assert.Equal([3, 1, 6, 4], Sample.IndexSelect(-1, Tensor.From(2, 0)).ToArray());
        Assert.Equal([5L, 1], Tensor.From(1L, 5).IndexSelect(0, Tensor.From(1, 0)).ToArray());
        Assert.Equal(new Shape(2, 0), Sample.IndexSelect(1, Tensor.Zeros<int>(0)).Shape);
        Expect.Throws<ArgumentOutOfRangeException>("IndexSelect: index 2 lies outside dimension 0 of shape [2, 3]; expected 0 to 1.", () => Sample.IndexSelect(0, Tensor.From(2)));
        Expect.Throws<ArgumentOutOfRangeException>("IndexSelect: index -1 lies outside", () => Sample.IndexSelect(0, Tensor.From(-1)));
        Expect.Throws<ArgumentException>("IndexSelect: the index has shape [1, 1]; it must be a vector.", () => Sample.IndexSelect(0, Tensor.Zeros<int>(1, 1)));
    }

    [Fact]
    public void Choices_broadcast()
    {
        Assert.Equal([1, -1, 3, 4, -1, -1], Tensor.Where(Sample.Less(5), Sample, Tensor.Scalar(-1)).ToArray());
        Expect.Throws<ArgumentException>("Where: shapes do not broadcast", () => Tensor.Where(Sample.Less(5), Tensor.From(1, 2), Sample));
        Expect.Throws<ArgumentException>("Equal: shapes do not broadcast", () => Sample.Equal(Tensor.From(1, 2)));
    }
}
