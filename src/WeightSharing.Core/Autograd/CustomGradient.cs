using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>
/// Gives a value that was worked out without recording a gradient rule of its own, as a function: how an iteration is differentiated at its end instead of
/// through its steps. An operation whose rule needs nothing but its operands is better derived from <see cref="Node{T}"/>.
/// </summary>
public static class CustomGradient
{
    /// <summary>A rule: from the gradient at the value, one gradient for each operand, or null for none.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="gradient">The gradient at the value, of its shape.</param>
    /// <param name="differentiable">
    /// True when the gradients will themselves be differentiated: the thread records then, and the gradients must follow from the operands and from
    /// <paramref name="gradient"/> by operations alone.
    /// </param>
    public delegate IReadOnlyList<Tensor<T>?> Rule<T>(Tensor<T> gradient, bool differentiable)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The value, with a history: it depends on these operands through this rule.</summary>
    /// <param name="name">The operation, for messages.</param>
    /// <param name="value">A value without history.</param>
    /// <param name="operands">What it depends on; those that require no gradient are skipped.</param>
    /// <param name="rule">Called once in a backward pass.</param>
    /// <exception cref="ArgumentException">No operands.</exception>
    /// <exception cref="InvalidOperationException">The value has a history already; in the backward pass: an operand was changed since, or the rule gives another number of gradients.</exception>
    public static Tensor<T> Of<T>(string name, Tensor<T> value, IReadOnlyList<Tensor<T>> operands, Rule<T> rule)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(operands);
        ArgumentNullException.ThrowIfNull(rule);
        if (operands.Count == 0) throw new ArgumentException($"CustomGradient of {name}: no operands; there must be at least one.", nameof(operands));
        return value.RecordedBy(new RuleNode<T>(name, [.. operands], rule));
    }

    /// <summary>
    /// A function's value now and Σ seed·∂y/∂x for each x while the others are held constant, whether or not the thread records: for rules that evaluate
    /// functions again.
    /// </summary>
    /// <param name="function">Computes y.</param>
    /// <param name="xs">Tensors that y is computed from. One that requires no gradient, or that y does not depend on, has a gradient of zeros.</param>
    /// <param name="seed">The gradient at y.</param>
    /// <exception cref="ArgumentException">The seed has another shape than y.</exception>
    public static (Tensor<T> Value, Tensor<T>[] Gradients) VectorJacobianProduct<T>(
        Func<Tensor<T>> function, IReadOnlyList<Tensor<T>> xs, Tensor<T> seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(xs);
        Tensor<T> y = Recorded(function);
        Tensor<T>[] wanted = [.. xs.Where(x => x.RequiresGradient)];
        Tensor<T>[] found = wanted.Length > 0 && y.RequiresGradient ? Gradient.Partial(y, wanted, seed) : [.. wanted.Select(x => Tensor.Zeros<T>(x.Shape))];
        int next = 0;
        return (y, [.. xs.Select(x => x.RequiresGradient ? found[next++] : Tensor.Zeros<T>(x.Shape))]);
    }

    /// <summary>A function's value with its history, whether or not the thread records: to go back through it several times.</summary>
    public static Tensor<T> Recorded<T>(Func<Tensor<T>> function)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(function);
        Ambient thread = Ambient.Current;
        bool recording = thread.Recording;
        thread.Recording = true;
        try
        {
            return function();
        }
        finally
        {
            thread.Recording = recording;
        }
    }

    private sealed class RuleNode<T>(string name, Tensor<T>[] operands, Rule<T> rule) : Node<T>(operands)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T>[] operands = [.. operands.Select(operand => new Saved<T>(operand))];

        public override string Name => name;

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            foreach (ref readonly Saved<T> operand in operands.AsSpan()) Recall(operand);
            IReadOnlyList<Tensor<T>?> gradients = rule(dy, to.IsDifferentiable);
            if (gradients.Count != operands.Length)
            {
                throw new InvalidOperationException($"Backward of {name}: the rule gives {gradients.Count} gradients for {operands.Length} operands; it must give one each, or null.");
            }

            for (int i = 0; i < operands.Length; i++)
            {
                if (gradients[i] is { } gradient) to.Add(i, gradient);
            }
        }
    }
}
