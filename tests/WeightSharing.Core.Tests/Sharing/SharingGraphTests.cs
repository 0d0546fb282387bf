using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tests.Layers;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public sealed class SharingGraphTests
{
    [Fact]
    public void Lists_each_parameter_with_its_names_and_how_they_see_it()
    {
        SharingGraph graph = SharingGraph.Of(ModuleCloningTests.Tied());
        Assert.Equal((3, 4), (graph.Parameters.Length, graph.NameCount));
        Assert.True(graph.TryGet("2.weight", out SharedParameter parameter, out SharedName name));
        Assert.Equal("0.weight", parameter.Name);
        Assert.Equal([SharingStep.Transposed], name.Steps);
        Assert.Equal("0.weight [3, 6] = 2.weight [6, 3] (transposed)", graph.ToString());
        Assert.False(graph.TryGet("3.weight", out _, out _));
    }

    [Fact]
    public void Equal_models_have_equal_graphs()
    {
        SharingGraph graph = SharingGraph.Of(ModuleCloningTests.Tied());
        Assert.Equal(graph, SharingGraph.Of(ModuleCloningTests.Tied()));
        Assert.Empty(graph.DifferencesFrom(SharingGraph.Of(ModuleCloningTests.Tied())));
    }

    [Fact]
    public void Finds_a_tie_that_surgery_broke_and_one_that_it_made()
    {
        SharingGraph tied = SharingGraph.Of(ModuleCloningTests.Tied());
        SharingGraph untied = SharingGraph.Of(new Sequential<double>(new Affine<double>(6, 3), new Sigmoid<double>(), new Affine<double>(3, 6)));
        Assert.Equal(
            ["OtherTying: 2.weight ([6, 3] (transposed), now [6, 3])", "TieBroken: 0.weight, 2.weight (2 parameters)"],
            untied.DifferencesFrom(tied).Select(difference => difference.ToString()));
        Assert.Equal(SharingDifferenceKind.TieNew, tied.DifferencesFrom(untied)[^1].Kind);
        Assert.NotEqual(tied, untied);
    }

    [Fact]
    public void Finds_names_that_came_and_went_and_tyings_that_changed()
    {
        SharingGraph before = SharingGraph.Of(new Sequential<double>(new Affine<double>(3, 3, tying: Tying.Toeplitz(3, 3))));
        SharingGraph after = SharingGraph.Of(new Sequential<double>(new Affine<double>(3, 3, tying: Tying.Circulant(3)), new Affine<double>(3, 1)));
        Assert.Equal(
            ["NameNew: 1.weight", "NameNew: 1.bias", "OtherTying: 0.weight ([3, 3] (toeplitz), now [3, 3] (circulant))"],
            after.DifferencesFrom(before).Select(difference => difference.ToString()));
        Assert.Equal(["1.weight", "1.bias"], before.DifferencesFrom(after).Where(difference => difference.Kind == SharingDifferenceKind.NameGone).SelectMany(difference => difference.Names));
    }

    [Fact]
    public void Tyings_of_the_same_name_are_told_apart_by_their_entries()
    {
        SharingGraph first = SharingGraph.Of(new Affine<double>(2, 2, tying: Tying.Classes([2, 2], 0, 0, 1, 1)));
        SharingGraph second = SharingGraph.Of(new Affine<double>(2, 2, tying: Tying.Classes([2, 2], 0, 1, 0, 1)));
        Assert.NotEqual(first, second);
        Assert.NotEqual(Tying.Antisymmetric(4).Fingerprint, Tying.Palindrome(4).Fingerprint);
        Assert.Equal(Tying.Palindrome(9).Fingerprint, Tying.Palindrome(9).Fingerprint);
    }
}
