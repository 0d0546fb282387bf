using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>
/// First-order linear recurrences along a dimension, upwards and downwards. Each is the other's adjoint, so that one class differentiates both to any
/// order, and whatever is written as such a recurrence with them.
/// </summary>
internal static class LinearScan
{
    // up:   y[k] = b[k] + a[k]·y[k − 1]
    // down: y[k] = b[k] + a[k + 1]·y[k + 1]       a[0] counts in neither
    /// <summary>y along a dimension, for a and b of one shape.</summary>
    public static Tensor<T> Run<T>(Tensor<T> a, Tensor<T> b, int dimension, bool down, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int outer, int count, int inner) = SoftmaxOperation.Cut(b.Shape, dimension);
        Tensor<T> y = Tensor<T>.Uninitialized(b.Shape, operation);
        Scan.Linear(outer, count, inner, a.DenseSpan(), b.DenseSpan(), y.Buffer, down);
        return Graph.Records(a, b) ? y.From(new ScanNode<T>(a, b, y, dimension, down, operation)) : y;
    }

    /// <summary>x[k − 1] at k along a dimension, and <paramref name="first"/> at 0.</summary>
    public static Tensor<T> Former<T>(Tensor<T> x, int dimension, T first)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Shape[dimension] == 0
        ? x
        : Tensor.Concat([Tensor.Full(x.Shape.With(dimension, 1), first), x.Slice(dimension, 0, x.Shape[dimension] - 1)], dimension);

    private sealed class ScanNode<T>(Tensor<T> a, Tensor<T> b, Tensor<T> y, int dimension, bool down, string operation) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> a = new(a), y = new(y);

        public override string Name => operation;

        // g = the opposite recurrence of ∂y       ∂b += g       ∂a[k] += g[k]·y[k − 1] of the one that runs up, k > 0
        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> g = Run(Recall(a), dy, dimension, !down, operation);
            to.Add(1, g);
            if (!to.Wants(0)) return;
            Tensor<T> y = Recall(this.y);
            to.Add(0, down ? Former(g, dimension, T.Zero) * y : g * Former(y, dimension, T.Zero));
        }
    }
}
