using CsCheck;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class SignedPermutationTests
{
    private static readonly Gen<SignedPermutation> Any = Gen.Select(Gen.Shuffle(new[] { 0, 1, 2, 3, 4 }), Gen.Bool.Array[5])
        .Select((targets, turned) => SignedPermutation.Of(targets, Array.ConvertAll(turned, t => (sbyte)(t ? -1 : 1))));

    [Fact]
    public void Moves_entries_to_their_targets_with_their_signs()
    {
        SignedPermutation cycle = SignedPermutation.Of([1, 2, 0], [1, -1, 1]);
        Assert.Equal([3.0, 1, -2], cycle.Apply(Tensor.From(1.0, 2, 3)).ToArray());
        Assert.Equal([3.0, 1, -2, 6, 4, -5], cycle.Apply(Tensor.From(1.0, 2, 3, 4, 5, 6).Reshape(2, 3)).ToArray());
        Assert.Equal("(0 −1 2)", cycle.ToString());
        Assert.Equal("()", SignedPermutation.Identity(3).ToString());
    }

    [Fact]
    public void Composition_is_application_after_application_and_inverses_undo() => Gen.Select(Any, Any).Sample((a, b) =>
    {
        Tensor<double> x = Measure.Values([2, 5]);
        Assert.Equal(a.Apply(b.Apply(x)).ToArray(), a.After(b).Apply(x).ToArray());
        Assert.Equal(x.ToArray(), a.Inverse().Apply(a.Apply(x)).ToArray());
        Assert.True(a.After(a.Inverse()).IsIdentity);
        Assert.Equal(a.Equals(b), a.After(b.Inverse()).IsIdentity);
    });

    [Fact]
    public void Its_gradient_moves_back()
    {
        SignedPermutation cycle = SignedPermutation.Of([1, 2, 0], [1, -1, 1]);
        Tensor<double> x = Measure.Values([3]).RequireGradient();
        (cycle.Apply(x) * Tensor.From(1.0, 10, 100)).Sum().Backward();
        Assert.Equal([10.0, -100, 1], x.Gradient!.ToArray());
    }

    [Fact]
    public void Refuses_what_is_no_permutation()
    {
        Assert.Contains("entry 1 goes to 0, which is taken already", Assert.Throws<ArgumentException>(() => SignedPermutation.Of([0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("outside 0 to 1", Assert.Throws<ArgumentException>(() => SignedPermutation.Of([0, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("sign 0 of entry 1", Assert.Throws<ArgumentException>(() => SignedPermutation.Of([0, 1], [1, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("2 targets and 1 signs", Assert.Throws<ArgumentException>(() => SignedPermutation.Of([0, 1], [1])).Message, StringComparison.Ordinal);
        Assert.Contains("permutations of 2 and of 3", Assert.Throws<ArgumentException>(() => SignedPermutation.Identity(2).After(SignedPermutation.Identity(3))).Message, StringComparison.Ordinal);
    }
}
