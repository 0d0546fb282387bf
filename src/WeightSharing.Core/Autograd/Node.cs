using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>
/// A recorded operation: it knows the nodes of its operands and how the gradient of its result becomes theirs. To write an operation, derive
/// from <see cref="Node{T}"/>.
/// </summary>
public abstract class Node
{
    private Node? first, second;
    private Node?[]? others;

    private protected Node(Node? first, Node? second = null, Node?[]? others = null)
    {
        this.first = first;
        this.second = second;
        this.others = others;
        int depth = Math.Max(first?.Depth ?? 0, second?.Depth ?? 0);
        if (others is not null)
        {
            foreach (Node? other in others) depth = Math.Max(depth, other?.Depth ?? 0);
        }

        Depth = depth + 1;
    }

    /// <summary>The operation's name, for messages; the type's name without a trailing <c>Node</c> unless overridden.</summary>
    public virtual string Name
    {
        get
        {
            string name = GetType().Name;
            int tick = name.IndexOf('`', StringComparison.Ordinal);
            if (tick >= 0) name = name[..tick];
            return name.EndsWith(nameof(Node), StringComparison.Ordinal) ? name[..^nameof(Node).Length] : name;
        }
    }

    /// <summary>One more than the deepest operand: an order in which every node comes after its operands, without any shared counter.</summary>
    internal int Depth { get; }

    /// <summary>A leaf that takes no gradient for now.</summary>
    internal bool Frozen { get; set; }

    /// <summary>True after a backward pass that did not keep the graph.</summary>
    internal bool Released { get; private set; }

    /// <summary>True when some operand wants a gradient; otherwise recording the node is pointless.</summary>
    internal bool HasOperands => first is not null || second is not null || others is not null && others.Any(node => node is not null);

    internal int OperandCount => 2 + (others?.Length ?? 0);

    internal Node? Operand(int index) => index switch
    {
        0 => first,
        1 => second,
        _ => others is not null && index - 2 < others.Length ? others[index - 2] : null,
    };

    /// <summary>Cuts the edges, so that what only this graph held can be collected.</summary>
    internal void Release()
    {
        Released = true;
        first = second = null;
        others = null;
    }

    /// <summary>Takes the gradient gathered so far and passes it to the operands.</summary>
    internal abstract void Propagate(BackwardPass pass);

    /// <summary>Forgets what a pass that failed has gathered.</summary>
    internal abstract void Forget();
}

/// <summary>A recorded operation whose result has elements of type <typeparamref name="T"/>.</summary>
/// <typeparam name="T">Element type of the result.</typeparam>
/// <example>
/// The square, as a user would write it:
/// <code>
/// sealed class SquareNode&lt;T&gt;(Tensor&lt;T&gt; x) : Node&lt;T&gt;(x) where T : unmanaged, IBinaryFloatingPointIeee754&lt;T&gt;
/// {
///     private readonly Saved&lt;T&gt; x = new(x);
///
///     protected override void Backward(Tensor&lt;T&gt; dy, GradientSink to) =&gt; to.Add(0, dy * Recall(x) * T.CreateChecked(2));
/// }
/// </code>
/// </example>
public abstract class Node<T> : Node
    where T : unmanaged
{
    private Tensor<T>? pending;
    private bool pendingIsOurs;

    /// <summary>A node with these operands, numbered from 0; operands that want no gradient are skipped.</summary>
    protected Node(Tensor<T> first, Tensor<T>? second = null)
        : base(EdgeOf(first), second is null ? null : EdgeOf(second))
    {
    }

    /// <summary>A node with any number of operands, numbered from 0.</summary>
    protected Node(params ReadOnlySpan<Tensor<T>> operands)
        : base(operands.Length > 0 ? EdgeOf(operands[0]) : null, operands.Length > 1 ? EdgeOf(operands[1]) : null, Rest(operands))
    {
    }

    /// <summary>A node whose operand has another element type, such as a conversion.</summary>
    private protected Node(Node? operand)
        : base(operand)
    {
    }

    /// <summary>The shape of the result, which every gradient that arrives has.</summary>
    internal Shape Shape { get; set; }

    /// <summary>
    /// Passes the gradient of the result on: for each operand i that <c>to.Wants(i)</c>, one <c>to.Add(i, …)</c>. Written in tensor
    /// operations, it can itself be differentiated.
    /// </summary>
    /// <param name="dy">Gradient of the result, of the result's shape.</param>
    /// <param name="to">Takes the operands' gradients; one that has a broadcast shape is summed down to the operand's.</param>
    protected abstract void Backward(Tensor<T> dy, GradientSink to);

    /// <summary>The value that was saved for the backward pass.</summary>
    /// <exception cref="InvalidOperationException">The value was changed since.</exception>
    protected Tensor<T> Recall(in Saved<T> saved) => saved.IsUnchanged
        ? saved.Tensor
        : throw new InvalidOperationException(
            $"Backward of {Name}: its operand {saved.Tensor.Shape} was changed after the forward pass (version {saved.Version} then, "
            + $"{saved.Tensor.Storage.Version} now), so the gradient would be wrong; change a Copy() instead, or run backward before.");

    /// <summary>Adds a gradient that arrives at the result.</summary>
    internal virtual void Receive(Tensor<T> gradient, BackwardPass pass)
    {
        if (pending is null)
        {
            pending = gradient;
            pendingIsOurs = false;
            pass.Enqueue(this);
        }
        else
        {
            pending = Accumulation.Sum(pending, gradient, ref pendingIsOurs, pass.Differentiable);
        }
    }

    /// <summary>Adds a gradient that nobody else holds: it may be added to in place, or kept.</summary>
    internal virtual void Take(Tensor<T> gradient, BackwardPass pass)
    {
        bool first = pending is null;
        Receive(gradient, pass);
        if (first) pendingIsOurs = true;
    }

    internal override void Propagate(BackwardPass pass)
    {
        Tensor<T> dy = pending!;
        pending = null;
        pass.Visit(this, dy);
        if (!pass.GoesBelow(this)) return;
        if (Released)
        {
            throw new InvalidOperationException(
                $"Backward: the graph below {Name} {Shape} was given up by an earlier backward pass; pass retainGraph: true there, or compute the forward pass again.");
        }

        // Where gradients are asked for by name, some may have been noted on the way.
        Backward(dy, new GradientSink(this, pass, pendingIsOurs && pass.ReachesLeaves));
        if (!pass.RetainGraph) Release();
    }

    internal override void Forget() => pending = null;

    private static Node? EdgeOf(Tensor<T> operand) => operand.RequiresGradient ? operand.Node : null;

    private static Node?[]? Rest(ReadOnlySpan<Tensor<T>> operands)
    {
        if (operands.Length <= 2) return null;
        var rest = new Node?[operands.Length - 2];
        for (int i = 2; i < operands.Length; i++) rest[i - 2] = EdgeOf(operands[i]);
        return rest;
    }
}
