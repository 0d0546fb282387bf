using WeightSharing.Autograd;

namespace WeightSharing.Tensors;

/// <summary>
/// A map y = f(a, b) that is linear in a and in b: a matrix product, a convolution. Its two adjoints are linear in both operands too, and the
/// three are each other's gradients, so one class differentiates all of them to any order.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="name">The operation, for messages.</param>
internal abstract class BilinearMap<T>(string name)
    where T : unmanaged
{
    // y = f(a, b)       ∂a += fᴬ(∂y, b)       ∂b += fᴮ(a, ∂y)
    public Tensor<T> Apply(Tensor<T> a, Tensor<T> b)
    {
        Tensor<T> y = Forward(a, b);
        return Graph.Records(a, b) ? y.From(new ForwardNode(a, b, this)) : y;
    }

    // z = fᴬ(y, b)      ∂y += f(∂z, b)        ∂b += fᴮ(∂z, y)
    public Tensor<T> ApplyLeftAdjoint(Tensor<T> y, Tensor<T> b)
    {
        Tensor<T> a = LeftAdjoint(y, b);
        return Graph.Records(y, b) ? a.From(new LeftNode(y, b, this)) : a;
    }

    // z = fᴮ(a, y)      ∂a += fᴬ(y, ∂z)       ∂y += f(a, ∂z)
    public Tensor<T> ApplyRightAdjoint(Tensor<T> a, Tensor<T> y)
    {
        Tensor<T> b = RightAdjoint(a, y);
        return Graph.Records(a, y) ? b.From(new RightNode(a, y, this)) : b;
    }

    protected string Name { get; } = name;

    /// <summary>f(a, b), without recording.</summary>
    protected abstract Tensor<T> Forward(Tensor<T> a, Tensor<T> b);

    /// <summary>The a′ with ⟨y, f(a, b)⟩ = ⟨a′, a⟩ for all a, without recording.</summary>
    protected abstract Tensor<T> LeftAdjoint(Tensor<T> y, Tensor<T> b);

    /// <summary>The b′ with ⟨y, f(a, b)⟩ = ⟨b′, b⟩ for all b, without recording.</summary>
    protected abstract Tensor<T> RightAdjoint(Tensor<T> a, Tensor<T> y);

    private sealed class ForwardNode(Tensor<T> a, Tensor<T> b, BilinearMap<T> map) : Node<T>(a, b)
    {
        private readonly Saved<T> a = new(a), b = new(b);

        public override string Name => map.Name;

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (to.Wants(0)) to.Add(0, map.ApplyLeftAdjoint(dy, Recall(b)));
            if (to.Wants(1)) to.Add(1, map.ApplyRightAdjoint(Recall(a), dy));
        }
    }

    private sealed class LeftNode(Tensor<T> y, Tensor<T> b, BilinearMap<T> map) : Node<T>(y, b)
    {
        private readonly Saved<T> y = new(y), b = new(b);

        public override string Name => $"left gradient of {map.Name}";

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (to.Wants(0)) to.Add(0, map.Apply(dy, Recall(b)));
            if (to.Wants(1)) to.Add(1, map.ApplyRightAdjoint(dy, Recall(y)));
        }
    }

    private sealed class RightNode(Tensor<T> a, Tensor<T> y, BilinearMap<T> map) : Node<T>(a, y)
    {
        private readonly Saved<T> a = new(a), y = new(y);

        public override string Name => $"right gradient of {map.Name}";

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (to.Wants(0)) to.Add(0, map.ApplyLeftAdjoint(Recall(y), dy));
            if (to.Wants(1)) to.Add(1, map.Apply(Recall(a), dy));
        }
    }
}
