using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Angles of points, elementwise.</summary>
public static class Atan2Operation
{
    extension<T>(Tensor<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // z = atan2(y, x)       ∂y += ∂z ⊙ x/(x² + y²)       ∂x −= ∂z ⊙ y/(x² + y²), both 0 at the origin
        /// <summary>
        /// The angle of the point (x, y), in radians from −π to π, elementwise; the shapes broadcast. The gradient at the origin is 0.
        /// </summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> Atan2(Tensor<T> x)
        {
            Tensor<T> z = Pointwise.Combine(y, x, default(Atan2<T>), "Atan2");
            return Graph.Records(y, x) ? z.From(new Atan2Node<T>(y, x)) : z;
        }
    }

    private sealed class Atan2Node<T>(Tensor<T> y, Tensor<T> x) : Node<T>(y, x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> y = new(y), x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> y = Recall(this.y), x = Recall(this.x);
            if (!to.IsDifferentiable)
            {
                if (to.Wants(0)) to.Give(0, Pointwise.Combine3(dy, y, x, default(Atan2BackwardY<T>), Name));
                if (to.Wants(1)) to.Give(1, Pointwise.Combine3(dy, y, x, default(Atan2BackwardX<T>), Name));
                return;
            }

            Tensor<T> square = x * x + y * y;
            Tensor<bool> origin = square.Detach().Equal(T.Zero);
            Tensor<T> slope = dy / (origin.Any() ? Tensor.Where(origin, Tensor.Scalar(T.One), square) : square);
            if (to.Wants(0)) to.Add(0, slope * x);
            if (to.Wants(1)) to.Add(1, -(slope * y));
        }
    }
}
