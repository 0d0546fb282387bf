using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>
/// How a group moves the entries of a tensor: to every element a signed permutation, so that doing b and then a is doing a·b. Kept as the images of the
/// generators, from which those of all elements follow.
/// </summary>
public sealed partial class GroupAction
{
    private readonly SignedPermutation[] images;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, SignedPermutation> known = new();

    private GroupAction(FiniteGroup group, in Shape shape, SignedPermutation[] images) => (Group, Shape, this.images) = (group, shape, images);

    /// <summary>The group that acts.</summary>
    public FiniteGroup Group { get; }

    /// <summary>Shape of what it acts on.</summary>
    public Shape Shape { get; }

    /// <summary>What each generator of the group does.</summary>
    public IReadOnlyList<SignedPermutation> Generators => images;

    /// <summary>An action given by what the generators do; it is checked that this respects every product of the group.</summary>
    /// <param name="group">The group; it must be small enough to be listed.</param>
    /// <param name="shape">Shape of what it acts on.</param>
    /// <param name="images">One a generator of the group, in their order.</param>
    /// <exception cref="ArgumentException">The numbers do not fit, or the images do not multiply as the group's elements do; the message names them.</exception>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public static GroupAction Of(FiniteGroup group, Shape shape, params ReadOnlySpan<SignedPermutation> images)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (images.Length != group.Generators.Count)
        {
            throw new ArgumentException($"GroupAction of {group.Name}: {images.Length} images for {group.Generators.Count} generators; expected one each.", nameof(images));
        }

        foreach (SignedPermutation image in images)
        {
            if (image.Count != shape.Count)
            {
                throw new ArgumentException($"GroupAction of {group.Name}: a permutation of {image.Count} entries for shape {shape}, which has {shape.Count}.", nameof(images));
            }
        }

        var action = new GroupAction(group, shape, images.ToArray());
        GroupActionVerification verified = action.Verify();
        return verified.Holds ? action : throw new ArgumentException(
            $"GroupAction of {group.Name} on {shape}: the images do not multiply as the elements do: {verified.FirstFailure}.", nameof(images));
    }

    /// <summary>What an element does.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public SignedPermutation ImageOf(int element)
    {
        if ((uint)element >= (uint)Group.Order) throw new ArgumentOutOfRangeException(nameof(element), $"{Group.Name}: element {element}; there are 0 to {Group.Order - 1}.");
        var way = new Stack<int>();
        SignedPermutation? image;
        while (!known.TryGetValue(element, out image))
        {
            if (element == 0)
            {
                image = known[0] = SignedPermutation.Identity(Shape.Count);
                break;
            }

            way.Push(element);
            element = Group.Step(element).Parent;
        }

        while (way.TryPop(out element)) image = known[element] = images[Group.Step(element).Generator].After(image);
        return image;
    }

    /// <summary>g·x: the trailing dimensions of x are the action's shape, the leading ones a batch. Differentiable.</summary>
    /// <exception cref="ArgumentException">The trailing dimensions are not the action's shape.</exception>
    public Tensor<T> Apply<T>(int element, Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        int lead = x.Rank - Shape.Rank;
        if (lead < 0 || x.Shape.Slice(lead, x.Rank) != Shape)
        {
            throw new ArgumentException($"GroupAction of {Group.Name}: the trailing dimensions of {x.Shape} must be {Shape}.", nameof(x));
        }

        return ImageOf(element).Apply(x.Reshape([x.Shape.Slice(0, lead).Count, Shape.Count])).Reshape(x.Shape);
    }

    /// <summary>Measures for every element and every generator whether the image of their product is the product of their images.</summary>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public GroupActionVerification Verify()
    {
        (int failures, string? first) = (0, null);
        int[] generators = [.. Group.Generators.Select(Group.IndexOf)];
        for (int element = 0; element < Group.Order; element++)
        {
            for (int g = 0; g < generators.Length; g++)
            {
                int product = Group.Multiply(generators[g], element);
                if (images[g].After(ImageOf(element)).Equals(ImageOf(product))) continue;
                failures++;
                first ??= $"generator {g} after element {Group.NameOf(element)} is not what element {Group.NameOf(product)} does";
            }
        }

        return new GroupActionVerification(Group.Order * generators.Length, failures, first);
    }

    /// <summary>Group and shape.</summary>
    public override string ToString() => $"{Group.Name} on {Shape}";
}

/// <summary>Measured: whether a map from group elements to permutations is an action.</summary>
/// <param name="Products">Products of a generator and an element that were compared: together they decide for all products.</param>
/// <param name="Failures">Those that differ.</param>
/// <param name="FirstFailure">The first of them in words; null when there is none.</param>
public sealed record GroupActionVerification(int Products, int Failures, string? FirstFailure)
{
    /// <summary>True when every product agrees.</summary>
    public bool Holds => Failures == 0;
}
