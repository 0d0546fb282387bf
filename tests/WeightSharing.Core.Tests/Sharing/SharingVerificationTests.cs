using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Layers;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public sealed class SharingVerificationTests
{
    [Fact]
    public void Measures_a_whole_model()
    {
        SharingVerification facts = ModuleCloningTests.Tied().Verify();
        Assert.Equal((3, 3, 4, 1, 1), (facts.ParameterCount, facts.BufferCount, facts.NameCount, facts.AliasCount, facts.TiedNameCount));
        Assert.Equal((0.0, "2.weight"), (facts.LargestResidual, facts.LargestResidualName));
        Assert.True(facts.Holds);
        Assert.Empty(facts.ForeignUses);
        Assert.Equal("3 parameters in 3 buffers under 4 names (1 aliases, 1 tied)\nlargest residual of a tying 0 (2.weight)", facts.ToString());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(49)]
    public void Tied_weights_of_any_number_of_equal_entries_have_no_residual_at_all(int n)
    {
        var layer = new Affine<double>(n, n, tying: Tying.Classes([n, n], new int[n * n]));
        layer.Initialize(4);
        Assert.Equal(0, layer.Verify().LargestResidual);
    }

    [Fact]
    public void Finds_what_surgery_broke()
    {
        SharingGraph before = SharingGraph.Of(ModuleCloningTests.Tied());
        var after = new Sequential<double>(new Affine<double>(6, 3), new Sigmoid<double>(), new Affine<double>(3, 6));
        SharingVerification facts = after.Verify(before);
        Assert.False(facts.Holds);
        Assert.Contains(facts.Differences, difference => difference.Kind == SharingDifferenceKind.TieBroken);
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], facts.WithoutValues);
    }

    [Fact]
    public void Tells_of_uses_from_outside_the_model()
    {
        var layer = new Affine<double>(2, 2);
        var other = new Affine<double>(2, 2, layer.Weight);
        layer.Initialize(1);
        other.Initialize(1);
        layer.Forward(Tensor.Ones<double>(1, 2));
        Assert.Empty(layer.Verify().ForeignUses);
        other.Forward(Tensor.Ones<double>(1, 2));
        Assert.Single(layer.Verify().ForeignUses);
    }
}
