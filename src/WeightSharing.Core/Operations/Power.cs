using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Powers, elementwise.</summary>
public static class PowerOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = xᵖ       ∂x += ∂y ⊙ p·xᵖ⁻¹, zero for p = 0
        /// <summary>xᵖ, elementwise.</summary>
        public Tensor<T> Pow(T exponent)
        {
            // A square is a product: the same bits as the power, without its logarithm.
            Tensor<T> y = exponent == T.CreateChecked(2)
                ? Pointwise.Map(x, default(Square<T>), "Pow")
                : Pointwise.Map(x, new PowerBy<T>(exponent), "Pow");
            return Graph.Records(x) ? y.From(new PowerByNode<T>(x, exponent)) : y;
        }

        // y = xᵇ       ∂x += ∂y ⊙ b·xᵇ⁻¹       ∂b += ∂y ⊙ xᵇ·ln x, each zero where the factor 0 stands beside an infinite one
        /// <summary>xᵇ, elementwise with broadcasting.</summary>
        /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
        public Tensor<T> Pow(Tensor<T> exponent)
        {
            Tensor<T> y = Pointwise.Combine(x, exponent, default(Power<T>), "Pow");
            return Graph.Records(x, exponent) ? y.From(new PowerNode<T>(x, exponent)) : y;
        }
    }

    private sealed class PowerByNode<T>(Tensor<T> x, T exponent) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (!to.IsDifferentiable) to.Give(0, Pointwise.Combine(dy, Recall(x), new PowerByBackward<T>(exponent), Name));
            else if (exponent != T.Zero) to.Add(0, dy * (Recall(x).Pow(exponent - T.One) * exponent));
        }
    }

    private sealed class PowerNode<T>(Tensor<T> a, Tensor<T> b) : Node<T>(a, b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> a = new(a), b = new(b);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> a = Recall(this.a), b = Recall(this.b);
            if (!to.IsDifferentiable)
            {
                if (to.Wants(0)) to.Give(0, Pointwise.Combine3(dy, a, b, default(PowerBackwardBase<T>), Name));
                if (to.Wants(1)) to.Give(1, Pointwise.Combine3(dy, a, b, default(PowerBackwardExponent<T>), Name));
                return;
            }

            // At a base of 0 the rules read 0·∞: there a base of 1 gives their value, 0, and finite slopes.
            Tensor<bool> zeroBase = a.Equal(T.Zero);
            if (to.Wants(0)) to.Add(0, dy * b * Apart(a, zeroBase.And(b.Equal(T.Zero))).Pow(b - T.One));
            if (to.Wants(1))
            {
                Tensor<T> positive = Apart(a, zeroBase.And(b.GreaterOrEqual(T.Zero)));
                to.Add(1, dy * positive.Pow(b) * positive.Log());
            }
        }

        private static Tensor<T> Apart(Tensor<T> a, Tensor<bool> where) => Tensor.Where(where, Tensor.Scalar(T.One), a);
    }
}
