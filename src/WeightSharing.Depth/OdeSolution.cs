using System.Globalization;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>A solution of a differential equation over an interval, with a value at every time in it: the dense output of <see cref="DormandPrince"/>.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class OdeSolution<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T> first;
    private readonly IReadOnlyList<OdeSegment<T>> segments;

    internal OdeSolution(Tensor<T> first, double start, double end, IReadOnlyList<OdeSegment<T>> segments, int evaluations) =>
        (this.first, Start, End, this.segments, Evaluations) = (first, start, end, segments, evaluations);

    /// <summary>Where the interval begins.</summary>
    public double Start { get; }

    /// <summary>Where it ends.</summary>
    public double End { get; }

    /// <summary>Number of accepted steps.</summary>
    public int Steps => segments.Count;

    /// <summary>How often the field was evaluated, rejected steps included.</summary>
    public int Evaluations { get; }

    /// <summary>The ends of the steps, from the start on.</summary>
    public IReadOnlyList<double> Times => [Start, .. segments.Select(segment => segment.Time + segment.Size)];

    /// <summary>The state at a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the interval.</exception>
    public Tensor<T> At(double time)
    {
        if (!(Math.Min(Start, End) <= time && time <= Math.Max(Start, End)))
        {
            throw new ArgumentOutOfRangeException(nameof(time), string.Create(CultureInfo.InvariantCulture, $"OdeSolution.At: time {time} lies outside {Start} … {End}."));
        }

        if (segments.Count == 0) return first;
        using NoGrad off = NoGrad.Begin();
        (int low, int high) = (0, segments.Count - 1);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if ((time - segments[middle].Time - segments[middle].Size) * (End - Start) > 0) low = middle + 1;
            else high = middle;
        }

        return segments[low].At(time)[0];
    }
}

/// <summary>The solution over one step: y + θ(r1 + (1 − θ)(r2 + θ(r3 + (1 − θ)·r4))) with θ from 0 to 1 over the step.</summary>
internal sealed class OdeSegment<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T>[] before, r1, r2, r3, r4;

    private OdeSegment(double time, double size, Tensor<T>[] before, Tensor<T>[] r1, Tensor<T>[] r2, Tensor<T>[] r3, Tensor<T>[] r4) =>
        (Time, Size, this.before, this.r1, this.r2, this.r3, this.r4) = (time, size, before, r1, r2, r3, r4);

    /// <summary>Where the step begins.</summary>
    public double Time { get; }

    /// <summary>Its size, negative backwards in time.</summary>
    public double Size { get; }

    /// <summary>The tensors that the step has made for the polynomial.</summary>
    public Tensor<T>[] Coefficients => [.. r1, .. r2, .. r3, .. r4];

    public static OdeSegment<T> Of(double time, double h, Tensor<T>[] before, Tensor<T>[] after, Tensor<T>[][] k, double[] between)
    {
        T size = T.CreateChecked(h);
        Tensor<T>[] difference = [.. after.Zip(before, (b, a) => b - a)];
        Tensor<T>[] bend = [.. difference.Select((d, part) => k[0][part] * size - d)];
        Tensor<T>[] twist = [.. difference.Select((d, part) => d - k[^1][part] * size - bend[part])];
        Tensor<T>[] rest = [.. difference.Select((_, part) => OdeProblem<T>.Weighted(h, between, k, part))];
        return new OdeSegment<T>(time, h, before, difference, bend, twist, rest);
    }

    public Tensor<T>[] At(double time)
    {
        double share = (time - Time) / Size;
        T on = T.CreateChecked(share), off = T.CreateChecked(1 - share);
        return [.. before.Select((y, i) => y + (r1[i] + (r2[i] + (r3[i] + r4[i] * off) * on) * off) * on)];
    }
}
