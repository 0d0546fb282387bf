using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>The end of the graph at a tensor that was not computed: it gathers that tensor's gradient.</summary>
internal sealed class Leaf<T> : Node<T>
    where T : unmanaged
{
    // Below, copying costs less than what goes with an exchange of buffers.
    private const int ExchangeLength = 2048;

    private Tensor<T>? buffer;
    private bool isZero, isReserved;

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

    /// <summary>
    /// The buffer of the gradient, for a rule to compute the first gradient in, which is then received without a copy; null when there is something in it.
    /// </summary>
    internal Tensor<T>? Reserve(ReadOnlySpan<Tensor<T>?> sources)
    {
        if (isReserved || buffer is not null && !isZero) return null;
        buffer ??= Tensor<T>.Persistent(Shape, "gradient");
        foreach (Tensor<T>? source in sources)
        {
            if (source is not null && source.Storage == buffer.Storage) return null;
        }

        buffer.Storage.Version++;
        isZero = isReserved = true;
        return buffer;
    }

    internal override void Receive(Tensor<T> gradient, BackwardPass pass)
    {
        if (pass.Gather(this, gradient)) return;
        isReserved = false;
        if (ReferenceEquals(gradient, buffer))
        {
            isZero = false;
            return;
        }

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
        bool keeps = pass.Differentiable || !pass.ReachesLeaves || buffer is not null && !isZero || ReferenceEquals(gradient, buffer);
        if (keeps || !gradient.OwnsItsStorage || gradient.Count < ExchangeLength)
        {
            Receive(gradient, pass);
            return;
        }

        buffer ??= Tensor<T>.Persistent(Shape, "gradient");
        if (!buffer.Storage.TryExchange(gradient.Storage)) buffer.CopyFrom(gradient);
        isZero = isReserved = false;
    }

    internal override void Propagate(BackwardPass pass) => throw new InvalidOperationException("A leaf has no operands.");

    protected override void Backward(Tensor<T> dy, GradientSink to)
    {
    }
}
