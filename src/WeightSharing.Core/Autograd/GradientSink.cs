using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>Where a backward rule puts the gradients of its operands.</summary>
public readonly ref struct GradientSink
{
    private readonly Node node;
    private readonly BackwardPass pass;
    private readonly bool owned;

    internal GradientSink(Node node, BackwardPass pass, bool owned)
    {
        this.node = node;
        this.pass = pass;
        this.owned = owned;
    }

    /// <summary>
    /// True when the gradients computed now will be differentiated again: a rule with a fused kernel then has to use recorded operations.
    /// </summary>
    public bool IsDifferentiable => pass.Differentiable;

    /// <summary>True when this pass adds to the gradients of leaves; false when gradients are only asked for as values.</summary>
    internal bool ReachesLeaves => pass.ReachesLeaves;

    /// <summary>True when operand <paramref name="operand"/> (from 0) needs its gradient; computing it otherwise is wasted.</summary>
    public bool Wants(int operand) => node.Operand(operand) is { Frozen: false } target && pass.Wants(target);

    /// <summary>
    /// Where a rule may compute the gradient of an operand so that adding it afterwards is no copy: the buffer of a leaf whose gradient this will be the
    /// first part of. Null elsewhere, and where the buffer is one of the sources.
    /// </summary>
    internal Tensor<T>? Reserve<T>(int operand, params ReadOnlySpan<Tensor<T>?> sources)
        where T : unmanaged
    {
        if (!ReachesLeaves || IsDifferentiable || !Wants(operand) || node.Operand(operand) is not Leaf<T> leaf) return null;
        for (int other = 0; other < node.OperandCount; other++)
        {
            if (other != operand && node.Operand(other) == leaf) return null;
        }

        return leaf.Reserve(sources);
    }

    /// <summary>
    /// Adds to the gradient of operand <paramref name="operand"/>. A gradient of a shape that the operand was broadcast to is summed back.
    /// Ignored when the operand wants none.
    /// </summary>
    /// <exception cref="InvalidOperationException">The gradient's shape does not come from the operand's by broadcasting.</exception>
    public void Add<T>(int operand, Tensor<T> gradient)
        where T : unmanaged => Add(operand, gradient, given: false);

    /// <summary>
    /// As <see cref="Add{T}(int, Tensor{T})"/>, for a gradient that the rule has just made and neither keeps nor reads again: a leaf then takes the
    /// buffer over, where otherwise it would copy the values.
    /// </summary>
    internal void Give<T>(int operand, Tensor<T> gradient)
        where T : unmanaged => Add(operand, gradient, given: true);

    /// <summary>Passes the gradient of the result on, or a view of it, with what is known of who holds it; for its only operand.</summary>
    internal void PassOn<T>(Tensor<T> gradient)
        where T : unmanaged => Add(0, gradient, owned && gradient.OwnsItsStorage);

    private void Add<T>(int operand, Tensor<T> gradient, bool given)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (!Wants(operand)) return;
        if (node.Operand(operand) is not Node<T> target)
        {
            throw new InvalidOperationException($"Backward of {node.Name}: operand {operand} does not have elements of type {typeof(T).Name}.");
        }

        if (gradient.Shape != target.Shape)
        {
            if (!target.Shape.BroadcastsTo(gradient.Shape))
            {
                throw new InvalidOperationException(
                    $"Backward of {node.Name}: the gradient of operand {operand} has shape {gradient.Shape}, the operand has {target.Shape}; they must agree.");
            }

            gradient = Accumulation.SumTo(gradient, target.Shape);
        }

        if (given) target.Take(gradient, pass);
        else target.Receive(gradient, pass);
    }
}
