using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class GroupActionTests
{
    public static TheoryData<string> Names => ["points", "regular", "trivial", "sign", "torus", "outer", "times", "plus", "repeated", "p4m"];

    private static GroupAction Named(string name)
    {
        FiniteGroup pair = FiniteGroup.Cyclic(2), triangle = FiniteGroup.Symmetric(3);
        GroupAction sign = GroupAction.Sign(triangle, -1, 1);
        return name switch
        {
            "points" => GroupAction.OnPoints(triangle),
            "regular" => GroupAction.Regular(triangle),
            "trivial" => GroupAction.Trivial(triangle, [2, 2]),
            "sign" => sign,
            "torus" => GroupAction.Torus(3, 2, 2),
            "outer" => GroupAction.Outer(GroupAction.Sign(pair, -1), GroupAction.OnPoints(triangle)),
            "times" => GroupAction.OnPoints(triangle).Times(sign),
            "plus" => GroupAction.OnPoints(triangle).Plus(sign),
            "repeated" => GroupAction.OnPoints(triangle).Repeated([2, 3]),
            _ => PlanarGroup.P4M.OnGroupMaps(2, 3),
        };
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Doing_b_then_a_is_doing_their_product(string name)
    {
        GroupAction action = Named(name);
        GroupActionVerification verified = action.Verify();
        Assert.True(verified.Holds);
        Assert.Equal(action.Group.Order * action.Group.Generators.Count, verified.Products);
        Tensor<double> x = Measure.Values(action.Shape.Insert(0, 2));
        for (int a = 0; a < action.Group.Order; a++)
            for (int b = 0; b < action.Group.Order; b++) Assert.Equal(action.Apply(a, action.Apply(b, x)).ToArray(), action.Apply(action.Group.Multiply(a, b), x).ToArray());
        Assert.True(action.ImageOf(0).IsIdentity);
    }

    [Fact]
    public void Actions_do_what_their_names_say()
    {
        Tensor<double> x = Tensor.From(1.0, 2, 3, 4, 5, 6);
        // Element (1, 2) of the torus 2×3 moves every entry one down and two to the right.
        Assert.Equal([5.0, 6, 4, 2, 3, 1], GroupAction.Torus(2, 3).Apply(5, x.Reshape(2, 3)).ToArray());
        Assert.Equal([6.0, 1, 2, 3, 4, 5], GroupAction.OnPoints(FiniteGroup.Cyclic(6)).Apply(1, x).ToArray());
        Assert.Equal([3.0, 1, 2, 6, 4, 5], GroupAction.OnPoints(FiniteGroup.Cyclic(3)).Repeated(2).Apply(1, x.Reshape(2, 3)).ToArray());
        Assert.Equal([-1.0], GroupAction.Sign(FiniteGroup.Cyclic(4), -1).Apply(3, x[..1]).ToArray());
    }

    [Fact]
    public void Images_that_do_not_multiply_as_the_group_does_are_refused()
    {
        FiniteGroup three = FiniteGroup.Cyclic(3);
        Assert.Contains(
            "do not multiply as the elements do: generator 0 after element 2 is not what element 0 does",
            Assert.Throws<ArgumentException>(() => GroupAction.Of(three, 2, SignedPermutation.Of([1, 0]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GroupAction.Sign(three, -1));
        Assert.Contains("1 images for 2 generators", Assert.Throws<ArgumentException>(() => GroupAction.Sign(FiniteGroup.Dihedral(2), 1)).Message, StringComparison.Ordinal);
        Assert.Contains("a permutation of 3 entries for shape [2]", Assert.Throws<ArgumentException>(() => GroupAction.Of(three, 2, SignedPermutation.Identity(3))).Message, StringComparison.Ordinal);
        Assert.Contains("actions of two groups, C3 on [3] and C2 on [2]", Assert.Throws<ArgumentException>(
            () => GroupAction.OnPoints(three).Times(GroupAction.OnPoints(FiniteGroup.Cyclic(2)))).Message, StringComparison.Ordinal);
        Assert.Contains("must be [3]", Assert.Throws<ArgumentException>(() => GroupAction.OnPoints(three).Apply(1, Measure.Values([4]))).Message, StringComparison.Ordinal);
    }
}
