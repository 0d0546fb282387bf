using WeightSharing.Experiments.Data;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Digits;

/// <summary>
/// One deal of the digits: which are learned from, and where each one lies. All networks of a trial see the same digits at the same places in the
/// same order; only their weights differ.
/// </summary>
internal sealed class DigitTrial
{
    private readonly DigitImages digits;
    private readonly RandomKey key;

    /// <summary>Deals the digits for repeat <paramref name="repeat"/> of a seed.</summary>
    public DigitTrial(DigitImages digits, long seed, int repeat)
    {
        this.digits = digits;
        key = RandomKey.Of(seed).Fork(repeat);
        Split = new DigitSplit(digits, key.Fork("split"));
    }

    /// <summary>Which digits teach, choose and measure.</summary>
    public DigitSplit Split { get; }

    /// <summary>Digits at their places: the centre, a place of its own for each, or the first corner.</summary>
    public Examples Lay(Layout layout, IReadOnlyList<int> images)
    {
        // A digit's place depends on the digit and the trial alone: it is the same however many others there are.
        RandomKey places = key.Fork("places");
        int count = layout.LastOffset + 1;
        return layout == Layout.Scattered
            ? digits.Lay(layout.Canvas, images, i => (places.Below(count, (ulong)images[i] * 2), places.Below(count, (ulong)images[i] * 2 + 1)))
            : digits.Lay(layout.Canvas, images, _ => (layout.Margin, layout.Margin));
    }

    /// <summary>Digits in one corner of <see cref="Layout.Corners"/>: 0 is the one that is trained in, 1 to 3 the others.</summary>
    public Examples LayInCorner(int corner, IReadOnlyList<int> images)
    {
        Layout layout = Layout.Corners;
        (int Row, int Column) place = (corner / 2 == 0 ? layout.Margin : layout.LastOffset, corner % 2 == 0 ? layout.Margin : layout.LastOffset);
        return digits.Lay(layout.Canvas, images, _ => place);
    }

    /// <summary>A network before training.</summary>
    public Sequential<float> Network(Connectivity connectivity, Layout layout) =>
        DigitNetwork.Create(connectivity, layout.Canvas, (long)key.Fork("weights").Value);

    /// <summary>Trains a network on this many digits a class.</summary>
    public void Train(
        Sequential<float> network, Layout layout, int perClass, Recipe recipe, CancellationToken cancellation, Action<int>? afterStep = null) =>
        Teaching.Train(network, Lay(layout, Split.Training(perClass)), recipe, key.Fork("order"), cancellation, afterStep);
}
