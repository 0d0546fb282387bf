using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

// The actions that have a name, and how larger ones are made of them. They are actions by construction, so groups of any size may have them.
public sealed partial class GroupAction
{
    /// <summary>The group's own permutations, on [points].</summary>
    public static GroupAction OnPoints(FiniteGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new GroupAction(group, group.Points, [.. group.Generators.Select(generator => SignedPermutation.Of([.. generator]))]);
    }

    /// <summary>The group moving its own elements by multiplication from the left, on [order]: what the maps of a group convolution do.</summary>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public static GroupAction Regular(FiniteGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        int order = group.Order;
        return new GroupAction(group, order,
        [
            .. group.Generators.Select(group.IndexOf)
                .Select(generator => SignedPermutation.Of([.. Enumerable.Range(0, order).Select(element => group.Multiply(generator, element))])),
        ]);
    }

    /// <summary>Nothing moves: what invariant outputs do.</summary>
    public static GroupAction Trivial(FiniteGroup group, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new GroupAction(group, shape, [.. group.Generators.Select(_ => SignedPermutation.Identity(shape.Count))]);
    }

    /// <summary>A sign for each generator, on a single entry [1]: +1 for symmetric, −1 for antisymmetric.</summary>
    /// <param name="group">The group; it must be small enough to be listed.</param>
    /// <param name="signs">One a generator, +1 or −1.</param>
    /// <exception cref="ArgumentException">The signs are no action: a generator of odd order, say, must have +1.</exception>
    public static GroupAction Sign(FiniteGroup group, params ReadOnlySpan<int> signs)
    {
        ArgumentNullException.ThrowIfNull(group);
        return Of(group, 1, [.. signs.ToArray().Select(sign => SignedPermutation.Of([0], [checked((sbyte)sign)]))]);
    }

    /// <summary>Translations of the torus, on [extents]: element k moves everything by the k-th place.</summary>
    /// <inheritdoc cref="FiniteGroup.Torus"/>
    public static GroupAction Torus(params ReadOnlySpan<int> extents)
    {
        if (extents.IsEmpty) throw new ArgumentException("GroupAction: a torus without directions; give at least one extent.", nameof(extents));
        GroupAction torus = OnPoints(FiniteGroup.Cyclic(extents[0]));
        foreach (int extent in extents[1..]) torus = Outer(torus, OnPoints(FiniteGroup.Cyclic(extent)));
        return torus;
    }

    /// <summary>Two groups, each on its own dimensions: their product on [first.., second..].</summary>
    public static GroupAction Outer(GroupAction first, GroupAction second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        SignedPermutation still = SignedPermutation.Identity(first.Shape.Count), stillToo = SignedPermutation.Identity(second.Shape.Count);
        return new GroupAction(
            FiniteGroup.Product(first.Group, second.Group), first.Shape.Concat(second.Shape),
            [.. first.images.Select(image => Beside(image, stillToo)), .. second.images.Select(image => Beside(still, image))]);
    }

    /// <summary>The one group on both at once: on [this.., other..], each element moves both parts of every place.</summary>
    /// <exception cref="ArgumentException">The actions are of different groups.</exception>
    public GroupAction Times(GroupAction other)
    {
        RequireSameGroup("Times", other);
        return new GroupAction(Group, Shape.Concat(other.Shape), [.. images.Zip(other.images, Beside)]);
    }

    /// <summary>The one group on two vectors one after the other, on [this + other].</summary>
    /// <exception cref="ArgumentException">The actions are of different groups.</exception>
    public GroupAction Plus(GroupAction other)
    {
        RequireSameGroup("Plus", other);
        return new GroupAction(Group, Shape.Count + other.Shape.Count, [.. images.Zip(other.images, Joined)]);
    }

    /// <summary>The same action on every part along leading dimensions, which stay where they are: channels.</summary>
    public GroupAction Repeated(Shape lead)
    {
        SignedPermutation still = SignedPermutation.Identity(lead.Count);
        return new GroupAction(Group, lead.Concat(Shape), [.. images.Select(image => Beside(still, image))]);
    }

    internal void RequireSameGroup(string operation, GroupAction other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Group.IsSameAs(other.Group))
        {
            throw new ArgumentException($"{operation}: actions of two groups, {this} and {other}; both must be of one group, with the same generators in the same order.", nameof(other));
        }
    }

    // (i, j) ↦ (p(i), q(j)), with the product of the signs.
    private static SignedPermutation Beside(SignedPermutation first, SignedPermutation second)
    {
        int rows = first.Count, columns = second.Count;
        var targets = new int[checked(rows * columns)];
        sbyte[]? signs = first.Signs.IsEmpty && second.Signs.IsEmpty ? null : new sbyte[targets.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                targets[i * columns + j] = first.Targets[i] * columns + second.Targets[j];
                if (signs is not null) signs[i * columns + j] = (sbyte)(SignOf(first, i) * SignOf(second, j));
            }
        }

        return SignedPermutation.Of(targets, signs);
    }

    private static SignedPermutation Joined(SignedPermutation first, SignedPermutation second) => SignedPermutation.Of(
        [.. first.Targets, .. second.Targets.ToArray().Select(target => first.Count + target)],
        [.. Enumerable.Range(0, first.Count).Select(i => SignOf(first, i)), .. Enumerable.Range(0, second.Count).Select(i => SignOf(second, i))]);

    private static sbyte SignOf(SignedPermutation permutation, int entry) => permutation.Signs.IsEmpty ? (sbyte)1 : permutation.Signs[entry];
}
