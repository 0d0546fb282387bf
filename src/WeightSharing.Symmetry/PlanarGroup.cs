using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>
/// Symmetries of the pixel grid about a point: quarter or half turns, and mirrors. With the translations, which every convolution has, they make the
/// planar group that the name stands for.
/// </summary>
/// <remarks>
/// One turn is counter-clockwise as displayed (as <c>rot90</c>): x′[i, j] = x[j, W − 1 − i]; the mirror exchanges left and right: x′[i, j] = x[i, W − 1 − j].
/// Element m·n + r mirrors first where m = 1, then makes r of n turns.
/// </remarks>
public sealed class PlanarGroup
{
    private readonly int turns;            // in a full circle: 1, 2 or 4
    private readonly bool mirrors;

    private PlanarGroup(string name, int turns, bool mirrors)
    {
        (Name, this.turns, this.mirrors) = (name, turns, mirrors);
        Group = mirrors ? FiniteGroup.Dihedral(turns) : FiniteGroup.Cyclic(turns);
        Order = turns * (mirrors ? 2 : 1);
    }

    /// <summary>Half turns: 2 elements.</summary>
    public static PlanarGroup P2 { get; } = new("p2", 2, mirrors: false);

    /// <summary>Left and right exchanged: 2 elements.</summary>
    public static PlanarGroup PM { get; } = new("pm", 1, mirrors: true);

    /// <summary>Quarter turns: 4 elements.</summary>
    public static PlanarGroup P4 { get; } = new("p4", 4, mirrors: false);

    /// <summary>Quarter turns and mirrors: 8 elements.</summary>
    public static PlanarGroup P4M { get; } = new("p4m", 4, mirrors: true);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PlanarGroup> All { get; } = [P2, PM, P4, P4M];

    /// <summary>The name, for example <c>p4</c>.</summary>
    public string Name { get; }

    /// <summary>The elements and their products.</summary>
    public FiniteGroup Group { get; }

    /// <summary>The number of elements.</summary>
    public int Order { get; }

    /// <summary>An element in words, for example <c>mirrored, rotated 90°</c>; the identity is <c>as it is</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public string NameOf(int element)
    {
        if ((uint)element >= (uint)Order) throw new ArgumentOutOfRangeException(nameof(element), $"{Name}: element {element}; there are 0 to {Order - 1}.");
        string turned = element % turns == 0 ? "" : $"rotated {element % turns * 360 / turns}°", mirrored = element < turns ? "" : "mirrored";
        return turned.Length + mirrored.Length == 0 ? "as it is" : turned.Length == 0 || mirrored.Length == 0 ? turned + mirrored : $"{mirrored}, {turned}";
    }

    /// <summary>What the group does to one map [H, W].</summary>
    /// <exception cref="ArgumentException">Quarter turns of a plane that is not square.</exception>
    public GroupAction OnPlane(Size2 size)
    {
        if (turns == 4 && size.Height != size.Width)
        {
            throw new ArgumentException($"{Name}: a quarter turn makes a plane of {size} one of {new Size2(size.Width, size.Height)}; the plane must be square.", nameof(size));
        }

        (int height, int width) = size;
        SignedPermutation Move(Func<int, int, int> to) => SignedPermutation.Of([.. Enumerable.Range(0, size.Area).Select(place => to(place / width, place % width))]);
        // Where pixel (a, b) goes. A quarter turn: x′[W − 1 − b, a] = x[a, b].
        SignedPermutation step = turns == 4
            ? Move((a, b) => (width - 1 - b) * width + a)
            : turns == 2 ? Move((a, b) => (height - 1 - a) * width + width - 1 - b) : Move((a, b) => a * width + b);
        SignedPermutation[] images = mirrors ? [step, Move((a, b) => a * width + width - 1 - b)] : [step];
        return GroupAction.Of(Group, [height, width], images);
    }

    /// <summary>What the group does to an image [C, H, W]: every channel is moved alike.</summary>
    /// <inheritdoc cref="OnPlane"/>
    public GroupAction OnImages(int channels, Size2 size) => OnPlane(size).Repeated(channels);

    /// <summary>What the group does to maps over the group [C, |G|, H, W]: (g·x)[c, h, ·] is g applied to x[c, g⁻¹h, ·].</summary>
    /// <inheritdoc cref="OnPlane"/>
    public GroupAction OnGroupMaps(int channels, Size2 size) => GroupAction.Regular(Group).Times(OnPlane(size)).Repeated(channels);

    // full[g, c, ·] = g·free[c, ·]
    /// <summary>The filters of a lifting layer: from [Cin, kH, kW], every element's picture of it, [|G|, Cin, kH, kW].</summary>
    /// <inheritdoc cref="OnPlane"/>
    public Tying LiftingFilters(int inputChannels, Size2 kernel) => Filters(OnImages(inputChannels, kernel));

    // full[g, c, h, ·] = g·free[c, g⁻¹h, ·]
    /// <summary>The filters of a layer from maps over the group to maps over the group: from [Cin, |G|, kH, kW], [|G|, Cin, |G|, kH, kW].</summary>
    /// <inheritdoc cref="OnPlane"/>
    public Tying GroupFilters(int inputChannels, Size2 kernel) => Filters(OnGroupMaps(inputChannels, kernel));

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    // The maps from patches to the group that commute with it. Every orbit has one entry at the identity, in order: the free values are the filter there.
    private Tying Filters(GroupAction patches) => Symmetries.Tying(patches, GroupAction.Regular(Group));
}
