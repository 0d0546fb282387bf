using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels.Operators;

namespace WeightSharing.Tensors;

/// <summary>x where positive, slope·x elsewhere, elementwise; the derivative at 0 is the slope.</summary>
public static class LeakyReluOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = x if x > 0 else slope·x       ∂x += ∂y ⊙ (1 if x > 0 else slope)
        /// <summary>x where positive, slope·x elsewhere, elementwise; the derivative at 0 is the slope. Maas et al. 2013.</summary>
        public Tensor<T> LeakyRelu(T slope)
        {
            Tensor<T> y = Pointwise.Map(x, new LeakyRelu<T>(slope), "LeakyRelu");
            return Graph.Records(x) ? y.From(new LeakyReluNode<T>(x, slope)) : y;
        }
    }

    private sealed class LeakyReluNode<T>(Tensor<T> x, T slope) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to) =>
            to.Give(0, Pointwise.Gate(dy, Recall(x), new LeakyReluBackward<T>(slope), to, Name));
    }
}
