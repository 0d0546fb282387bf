using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>The end of the graph at a tensor that was not computed: it gathers that tensor's gradient.</summary>
internal sealed class Leaf<T> : Node<T>
    where T : unmanaged
{
    // Below, copying costs less than what goes with an exchange of buffers.
    private const int ExchangeLength = 2048;

    private Tensor<T>? buffer;
    private bool isZero;

    public Leaf(in Shape shape)
        : base((Node?)null) => Shape = shape;

    /// <summary>Σ of all gradients since the last <see cref="Zero"/>; null when there was none.</summary>
    public Tensor<T>? Gradient => isZero ? null : buffer;

    public override string Name => "leaf";

    /// <summary>Forgets the gradient; its buffer stays for the next one.</summary>
    public void Zero() => isZero = true;

    /// <summary>Replaces the gradient, as checkpoints and clipping do.</summary>
    public Tensor<T> Writable()
    {
        buffer ??= Tensor<T>.Persistent(Shape, "gradient");
        if (isZero) buffer.Fill(default);
        isZero = false;
        return buffer;
    }

    internal override void Receive(Tensor<T> gradient, BackwardPass pass)
    {
        if (pass.Gather(this, gradient)) return;
        if (buffer is null || isZero)
        {
            // The buffer outlives every scope, so the first gradient is copied, not kept.
            buffer ??= Tensor<T>.Persistent(Shape, "gradient");
            buffer.CopyFrom(gradient);
        }
        else
        {
            Accumulation.AddInPlace(buffer, gradient);
        }

        isZero = false;
    }

    internal override void Take(Tensor<T> gradient, BackwardPass pass)
    {
        if (pass.Differentiable || !pass.ReachesLeaves || !(buffer is null || isZero) || !gradient.OwnsItsStorage || gradient.Count < ExchangeLength)
        {
            Receive(gradient, pass);
            return;
        }

        buffer ??= Tensor<T>.Persistent(Shape, "gradient");
        if (!buffer.Storage.TryExchange(gradient.Storage)) buffer.CopyFrom(gradient);
        isZero = false;
    }

    internal override void Propagate(BackwardPass pass) => throw new InvalidOperationException("A leaf has no operands.");

    protected override void Backward(Tensor<T> dy, GradientSink to)
    {
    }
}
