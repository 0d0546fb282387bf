using WeightSharing.Autograd;

namespace WeightSharing.Tensors;

/// <summary>
/// A map y = A·x that is linear in x, with its adjoint Aᵀ. Each is the other's gradient, so one class differentiates both to any order.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="name">The operation, for messages.</param>
internal abstract class LinearMap<T>(string name)
    where T : unmanaged
{
    // y = A·x       ∂x += Aᵀ·∂y
    public Tensor<T> Apply(Tensor<T> x)
    {
        Tensor<T> y = Forward(x);
        return Graph.Records(x) ? y.From(new ForwardNode(x, this)) : y;
    }

    // z = Aᵀ·y       ∂y += A·∂z
    public Tensor<T> ApplyAdjoint(Tensor<T> y)
    {
        Tensor<T> x = Adjoint(y);
        return Graph.Records(y) ? x.From(new AdjointNode(y, this)) : x;
    }

    protected string Name { get; } = name;

    /// <summary>A·x as a new tensor or a view, without recording.</summary>
    protected abstract Tensor<T> Forward(Tensor<T> x);

    /// <summary>Aᵀ·y as a new tensor or a view, without recording.</summary>
    protected abstract Tensor<T> Adjoint(Tensor<T> y);

    private sealed class ForwardNode(Tensor<T> x, LinearMap<T> map) : Node<T>(x)
    {
        public override string Name => map.Name;

        protected override void Backward(Tensor<T> dy, GradientSink to) => to.PassOn(map.ApplyAdjoint(dy));
    }

    private sealed class AdjointNode(Tensor<T> y, LinearMap<T> map) : Node<T>(y)
    {
        public override string Name => $"adjoint of {map.Name}";

        protected override void Backward(Tensor<T> dy, GradientSink to) => to.PassOn(map.Apply(dy));
    }
}
