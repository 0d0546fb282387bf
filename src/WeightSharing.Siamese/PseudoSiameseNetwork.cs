using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// d(f(x₁), g(x₂)): an encoder for each of two streams.
/// <para>Shares nothing between the streams: the baseline of a Siamese network. Nothing makes d symmetric, or 0 from anything to itself.</para>
/// <para>Shapes: two inputs as the encoders take them; embeddings [N, D]; distances [N].</para>
/// <para>Parameters: those of the encoders under <c>left</c> and <c>right</c> and of the distance under <c>distance</c>, twice a Siamese network's encoder.</para>
/// <para>Zagoruyko &amp; Komodakis, "Learning to compare image patches via convolutional neural networks", 2015 (pseudo-siamese).</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class PseudoSiameseNetwork<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Two encoders.</summary>
    /// <param name="left">f.</param>
    /// <param name="right">g.</param>
    /// <param name="distance">Of the embeddings; null is Euclidean.</param>
    public PseudoSiameseNetwork(Layer<T> left, Layer<T> right, Distance<T>? distance = null)
    {
        Left = Register("left", left);
        Right = Register("right", right);
        Distance = Register("distance", distance ?? new EuclideanDistance<T>());
    }

    /// <summary>f.</summary>
    public Layer<T> Left { get; }

    /// <summary>g.</summary>
    public Layer<T> Right { get; }

    /// <summary>Of the embeddings.</summary>
    public Distance<T> Distance { get; }

    /// <summary>The embeddings of two inputs, each by its own encoder.</summary>
    public (Tensor<T> Left, Tensor<T> Right) Encode(Tensor<T> left, Tensor<T> right) =>
        (Streams.Encode(Left, "left", left), Streams.Encode(Right, "right", right));

    /// <summary>The distance of each pair.</summary>
    /// <exception cref="ArgumentException">The embeddings do not fit together.</exception>
    public Tensor<T> Forward(Tensor<T> left, Tensor<T> right)
    {
        (Tensor<T> a, Tensor<T> b) = Encode(left, right);
        return Distance.Forward(a, b);
    }

    /// <summary>
    /// The Siamese network whose encoder is nearest to the two in the sum of squares: the mean of their weights and buffers. Near is meant literally:
    /// two encoders that were trained apart may do the same with different weights.
    /// </summary>
    /// <returns>The network, and how far the encoders are from it.</returns>
    /// <exception cref="InvalidOperationException">The encoders have different parameters.</exception>
    public SiameseFit<T> ToSiamese()
    {
        (string Name, Weight<T> Weight)[] left = [.. Left.Parameters.Named], right = [.. Right.Parameters.Named];
        if (!left.Select(pair => (pair.Name, pair.Weight.Parameter.Shape)).SequenceEqual(right.Select(pair => (pair.Name, pair.Weight.Parameter.Shape))))
        {
            throw new InvalidOperationException(
                $"ToSiamese: the left encoder has {Names(left)}, the right one {Names(right)}; both must have the same parameters to become one.");
        }

        using NoGrad off = NoGrad.Begin();
        Layer<T> shared = Left.Clone();
        double residual = 0, norm = 0;
        T half = T.CreateChecked(0.5);
        Parameter<T>[] target = [.. shared.Parameters], first = [.. Left.Parameters], second = [.. Right.Parameters];
        for (int i = 0; i < target.Length; i++)
        {
            Tensor<T> a = first[i].Value.Detach(), b = second[i].Value.Detach();
            target[i].Set((a + b) * half);
            // Each lies half of the difference from the mean.
            residual += SumOfSquares((a - b) * half) * 2;
            norm += SumOfSquares(a) + SumOfSquares(b);
        }

        foreach (((_, Tensor<T> mean), (_, Tensor<T> other)) in shared.Buffers.Zip(Right.Buffers)) mean.CopyFrom((mean + other) * half);
        return new SiameseFit<T>(new SiameseNetwork<T>(shared, Distance.Clone()), Math.Sqrt(residual), Math.Sqrt(norm));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new PseudoSiameseNetwork<TOther>(copier.Copy(Left), copier.Copy(Right), copier.Copy<Distance<TOther>>(Distance));
    }

    private static string Names((string Name, Weight<T> Weight)[] weights) =>
        weights.Length == 0 ? "none" : string.Join(", ", weights.Select(pair => $"{pair.Name} {pair.Weight.Parameter.Shape}"));

    private static double SumOfSquares(Tensor<T> x) => double.CreateChecked((x * x).Sum().Item());
}

/// <summary>A Siamese network fitted to two separate encoders, with the measured distance between the two.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="Network">The nearest Siamese network.</param>
/// <param name="Residual">‖w − w′‖₂ over the weights of both encoders.</param>
/// <param name="Norm">‖w‖₂ over both, to compare the residual with.</param>
public sealed record SiameseFit<T>(SiameseNetwork<T> Network, double Residual, double Norm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
