using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>
/// One sweep from a result to the leaves: the deepest node that holds a gradient is next, so each node runs once, after everything that
/// uses its result. Nodes of equal depth run in the order in which their first gradient came, so the sums have one fixed order.
/// </summary>
internal sealed class BackwardPass(bool retainGraph, bool differentiable)
{
    private readonly PriorityQueue<Node, (int NegativeDepth, int Order)> queue = new();
    private HashSet<Node>? onTheWay;
    private Dictionary<Node, object?>? gathered;
    private int order, lowestTarget;
    private bool stopsAtTargets;

    public bool RetainGraph { get; } = retainGraph;

    public bool Differentiable { get; } = differentiable;

    /// <summary>True unless the pass is restricted to chosen gradients, which touches no leaf.</summary>
    public bool ReachesLeaves => gathered is null;

    /// <summary>Restricts the pass to the gradients of these nodes: nothing else is computed, and no leaf is touched.</summary>
    /// <param name="result">Where the pass begins.</param>
    /// <param name="targets">Whose gradients are asked for.</param>
    /// <param name="stop">Goes no further down than the targets: each is held constant for the others.</param>
    public void RestrictTo(Node result, IReadOnlyList<Node> targets, bool stop = false)
    {
        stopsAtTargets = stop;
        gathered = [];
        foreach (Node target in targets) gathered[target] = null;
        lowestTarget = targets.Count == 0 ? int.MaxValue : targets.Min(target => target.Depth);

        // Operands lie deeper down: by ascending depth each node is asked after its operands.
        var reached = new List<Node>();
        var seen = new HashSet<Node>();
        var stack = new Stack<Node>([result]);
        while (stack.TryPop(out Node? node))
        {
            if (!seen.Add(node)) continue;
            reached.Add(node);
            if (stop && gathered.ContainsKey(node)) continue;
            for (int i = 0; i < node.OperandCount; i++)
            {
                if (node.Operand(i) is { } operand) stack.Push(operand);
            }
        }

        reached.Sort((a, b) => a.Depth.CompareTo(b.Depth));
        onTheWay = [];
        foreach (Node node in reached)
        {
            if (gathered.ContainsKey(node) || GoesBelow(node)) onTheWay.Add(node);
        }
    }

    /// <summary>
    /// True when some operand of the node wants a gradient. What lay below a node that was given up is no longer known: it counts as wanted, so
    /// that the pass fails rather than miss a path, unless no target lies that deep.
    /// </summary>
    public bool GoesBelow(Node node)
    {
        if (stopsAtTargets && gathered!.ContainsKey(node)) return false;
        if (onTheWay is null || node.Released && node.Depth > lowestTarget) return true;
        for (int i = 0; i < node.OperandCount; i++)
        {
            if (node.Operand(i) is { } operand && onTheWay.Contains(operand)) return true;
        }

        return false;
    }

    public bool Wants(Node node) => onTheWay is null || onTheWay.Contains(node);

    public void Enqueue(Node node) => queue.Enqueue(node, (-node.Depth, order++));

    /// <summary>Takes a leaf's gradient when only chosen gradients are asked for; false when the leaf is to keep it.</summary>
    public bool Gather<T>(Node<T> leaf, Tensor<T> gradient)
        where T : unmanaged
    {
        if (gathered is null) return false;
        if (gathered.TryGetValue(leaf, out object? former))
        {
            bool ours = false;
            gathered[leaf] = former is Tensor<T> sum ? Accumulation.Sum(sum, gradient, ref ours, Differentiable) : gradient;
        }

        return true;
    }

    /// <summary>Notes the complete gradient of an intermediate result that was asked for.</summary>
    public void Visit<T>(Node<T> node, Tensor<T> gradient)
        where T : unmanaged
    {
        if (gathered is not null && gathered.ContainsKey(node)) gathered[node] = gradient;
    }

    public Tensor<T>? Gathered<T>(Node node)
        where T : unmanaged => (Tensor<T>?)gathered![node];

    public void Run<T>(Node<T> result, Tensor<T> gradient)
        where T : unmanaged
    {
        Ambient thread = Ambient.Current;
        bool recording = thread.Recording;
        thread.Recording = Differentiable;
        try
        {
            if (Wants(result)) result.Receive(gradient, this);
            while (queue.TryDequeue(out Node? node, out _)) node.Propagate(this);
        }
        finally
        {
            while (queue.TryDequeue(out Node? left, out _)) left.Forget();
            thread.Recording = recording;
        }
    }
}
