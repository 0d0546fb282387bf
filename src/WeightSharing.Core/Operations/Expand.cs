using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Broadcasting as an operation of its own, and its adjoint.</summary>
public static class ExpandOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = x repeated to a larger shape       ∂x += Σ ∂y over the repetitions
        /// <summary>The tensor repeated along dimensions of extent 1 and along new leading ones: a view that reads the same element many times.</summary>
        /// <exception cref="ArgumentException">The shape does not broadcast to <paramref name="shape"/>.</exception>
        public Tensor<T> BroadcastTo(Shape shape)
        {
            if (shape == x.Shape) return x;
            if (!x.Shape.BroadcastsTo(shape))
            {
                throw new ArgumentException($"BroadcastTo: shape {x.Shape} does not broadcast to {shape}; aligned at the last dimension, extents must be equal or 1.", nameof(shape));
            }

            return new ExpandMap<T>(x.Shape, shape).Apply(x);
        }

        // y = Σ x over what a broadcast would repeat       ∂x += ∂y repeated
        /// <summary>The sum over the dimensions along which <paramref name="shape"/> was broadcast: the adjoint of <see cref="BroadcastTo{T}"/>.</summary>
        /// <exception cref="ArgumentException"><paramref name="shape"/> does not broadcast to this tensor's shape.</exception>
        public Tensor<T> SumTo(Shape shape)
        {
            if (shape == x.Shape) return x;
            if (!shape.BroadcastsTo(x.Shape))
            {
                throw new ArgumentException($"SumTo: shape {shape} does not broadcast to {x.Shape}; aligned at the last dimension, extents must be equal or 1.", nameof(shape));
            }

            return new ExpandMap<T>(shape, x.Shape).ApplyAdjoint(x);
        }
    }

    private sealed class ExpandMap<T>(Shape from, Shape to) : LinearMap<T>("BroadcastTo")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        protected override Tensor<T> Forward(Tensor<T> x)
        {
            Span<int> strides = stackalloc int[Shape.MaximumRank];
            x.BroadcastStrides(to, strides);
            return x.View(to, x.Offset, strides[..to.Rank]);
        }

        protected override Tensor<T> Adjoint(Tensor<T> y)
        {
            Span<int> repeated = stackalloc int[Shape.MaximumRank];
            int count = 0, lead = to.Rank - from.Rank;
            for (int i = 0; i < to.Rank; i++)
            {
                if (i < lead || from[i - lead] == 1 && to[i] != 1) repeated[count++] = i;
            }

            // Equal counts: only dimensions of extent 1 differ, and nothing is repeated.
            return count == 0 ? y.Detach().Reshape(from) : SumOperation.Total(y, repeated[..count]).Reshape(from);
        }
    }
}
