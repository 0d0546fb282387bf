using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

// y = (TOther)x       ∂x += (T)∂y, between floating types
public sealed partial class Tensor<T>
{
    /// <summary>
    /// The elements as another type; gradients flow between floating types. Floating values become integers towards zero, values beyond the
    /// other type's range its nearest bound, NaN zero; true is 1, and everything but zero is true.
    /// </summary>
    /// <typeparam name="TOther">float, double, Half, an integer type or bool.</typeparam>
    /// <exception cref="NotSupportedException">Another type.</exception>
    public Tensor<TOther> To<TOther>()
        where TOther : unmanaged
    {
        if (this is Tensor<TOther> same) return same;
        Tensor<TOther> y = Tensor<TOther>.Uninitialized(Shape, nameof(To));
        Conversion.Convert(DenseSpan(), y.Buffer);
        return Conversion.IsFloating<TOther>() && Graph.Records(this) ? y.From(new ConvertNode<TOther>(this)) : y;
    }

    private sealed class ConvertNode<TOther>(Tensor<T> x) : Node<TOther>(x.Node)
        where TOther : unmanaged
    {
        public override string Name => nameof(To);

        protected override void Backward(Tensor<TOther> dy, GradientSink to) => to.Add(0, dy.To<T>());
    }
}
