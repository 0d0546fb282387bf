using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Running sums of numbers given by their logarithms.</summary>
public static class LogCumulativeSumExpOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[k] = ln Σ_{j ≤ k} e^x[j]       ∂x[j] += e^(x[j] − y[j])·g[j], g[j] = ∂y[j] + e^(y[j] − y[j + 1])·g[j + 1]
        /// <summary>ln of the sum of eˣ of each element and all before it along one dimension, without overflow. Through an infinite sum no gradient flows.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public Tensor<T> LogCumulativeSumExp(int dimension)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank == 0 && dimension is 0 or -1) return x;
            int at = x.Shape.Normalize(dimension, "LogCumulativeSumExp");
            (int outer, int count, int inner) = SoftmaxOperation.Cut(x.Shape, at);
            Tensor<T> y = Tensor<T>.Uninitialized(x.Shape, "LogCumulativeSumExp");
            Scan.LogSumExp(outer, count, inner, x.DenseSpan(), y.Buffer);
            return Graph.Records(x) ? y.From(new LogCumulativeSumExpNode<T>(x, y, at)) : y;
        }
    }

    private sealed class LogCumulativeSumExpNode<T>(Tensor<T> x, Tensor<T> y, int dimension) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x), y = new(y);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> y = Recall(this.y);
            Tensor<T> carried = Ratio(LinearScan.Former(y, dimension, T.NegativeInfinity), y);
            to.Add(0, Ratio(Recall(x), y) * LinearScan.Run(carried, dy, dimension, down: true, Name));
        }

        // e^(part − whole), 0 of an infinite whole.
        private static Tensor<T> Ratio(Tensor<T> part, Tensor<T> whole)
        {
            Tensor<bool> infinite = whole.IsInfinity();
            if (!infinite.Any()) return (part - whole).Exp();
            Tensor<T> zero = Tensor.Scalar(T.Zero);
            Tensor<T> finite = Tensor.Where(infinite, zero, part) - Tensor.Where(infinite, zero, whole);
            return Tensor.Where(infinite, zero, finite.Exp());
        }
    }
}
