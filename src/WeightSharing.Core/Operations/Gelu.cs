using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>Gaussian error linear units, elementwise. Hendrycks and Gimpel 2016.</summary>
public static class GeluOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = x·Φ(x)       ∂x += ∂y ⊙ (Φ(x) + x·φ(x))
        /// <summary>x·Φ(x), elementwise, Φ the normal distribution function.</summary>
        public Tensor<T> Gelu()
        {
            Tensor<T> y = Pointwise.Map(x, default(Gelu<T>), "Gelu");
            return Graph.Records(x) ? y.From(new GeluNode<T>(x)) : y;
        }

        // y = ½x(1 + tanh u), u = √(2/π)(x + 0.044715x³)       ∂x += ∂y ⊙ (½(1 + tanh u) + ½x(1 − tanh² u)·u′)
        /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))), elementwise: the common approximation of <see cref="Gelu{T}"/>.</summary>
        public Tensor<T> GeluTanh()
        {
            Tensor<T> y = Pointwise.Map(x, default(GeluTanh<T>), "GeluTanh");
            return Graph.Records(x) ? y.From(new GeluTanhNode<T>(x)) : y;
        }
    }

    private sealed class GeluNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(this.x);
            if (!to.IsDifferentiable)
            {
                to.Give(0, Pointwise.Combine(dy, x, default(GeluBackward<T>), Name));
                return;
            }

            T half = T.CreateChecked(0.5);
            Tensor<T> distribution = (x * T.CreateChecked(Math.Sqrt(0.5))).Erf() * half + half;
            Tensor<T> density = (x * x * -half).Exp() * T.CreateChecked(1 / Math.Sqrt(2 * Math.PI));
            to.Add(0, dy * (distribution + x * density));
        }
    }

    private sealed class GeluTanhNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> x = Recall(this.x);
            if (!to.IsDifferentiable)
            {
                to.Give(0, Pointwise.Combine(dy, x, default(GeluTanhBackward<T>), Name));
                return;
            }

            T root = T.CreateChecked(Math.Sqrt(2 / Math.PI)), cubic = T.CreateChecked(0.044715), half = T.CreateChecked(0.5);
            Tensor<T> square = x * x, tanh = (x * (square * cubic + T.One) * root).Tanh();
            Tensor<T> slope = (square * (T.CreateChecked(3) * cubic) + T.One) * root;
            to.Add(0, dy * (((tanh + T.One) + x * (T.One - tanh * tanh) * slope) * half));
        }
    }
}
