using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>The error function 2/√π·∫₀ˣ e^(−t²) dt, elementwise.</summary>
public static class ErfOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = erf x       ∂x += ∂y ⊙ 2/√π·e^(−x²)
        /// <summary>The error function 2/√π·∫₀ˣ e^(−t²) dt, elementwise.</summary>
        public Tensor<T> Erf()
        {
            Tensor<T> y = Pointwise.Map(x, default(Erf<T>), "Erf");
            return Graph.Records(x) ? y.From(new ErfNode<T>(x)) : y;
        }
    }

    private sealed class ErfNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, to.IsDifferentiable
                ? dy * ((-Recall(x).Pow(T.CreateChecked(2))).Exp() * T.CreateChecked(2 / Math.Sqrt(Math.PI)))
                : Pointwise.Combine(dy, Recall(x), default(ErfBackward<T>), Name));
    }
}
