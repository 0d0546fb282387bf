using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// A transformer block that reads one sequence: x ← N₁(x + A(x)), y = N₂(x + F(x)), or with norms first x ← x + A(N₁(x)), y = x + F(N₂(x)), with
/// self-attention A and F(x) = W₂·φ(W₁·x + b₁) + b₂.
/// <para>Shares every weight over all steps.</para>
/// <para>Shapes: input and output [N, L, E]. PyTorch's names: self_attn, linear1, linear2, norm1, norm2.</para>
/// <para>Parameters: 4·E·(E + 1) + 2·E·H + H + E + 4·E for a hidden width H.</para>
/// <para>Vaswani et al., "Attention is all you need", 2017; norms first: Xiong et al., "On layer normalization in the transformer architecture", 2020.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class TransformerEncoderLayer<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TransformerParts<T> parts;

    /// <summary>An encoder block.</summary>
    /// <param name="dimension">E.</param>
    /// <param name="heads">Heads of the attention; divides E.</param>
    /// <param name="hidden">H.</param>
    /// <param name="dropout">Probability of dropping attention weights, hidden values, and what each branch gives.</param>
    /// <param name="activation">φ; null is ReLU.</param>
    /// <param name="normFirst">Norms before the branches instead of after the sums.</param>
    /// <param name="causal">Step i sees steps up to i only.</param>
    /// <param name="epsilon">Added to the variances.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number below 1, or a probability outside 0 … 1.</exception>
    /// <exception cref="ArgumentException">The heads do not divide E.</exception>
    public TransformerEncoderLayer(
        int dimension, int heads, int hidden = 2048, double dropout = 0.1, Layer<T>? activation = null, bool normFirst = false, bool causal = false,
        double epsilon = 1e-5)
    {
        SelfAttention = Register("self_attn", new MultiHeadAttention<T>(dimension, heads, causal: causal, dropout: dropout));
        parts = new TransformerParts<T>("TransformerEncoderLayer", dimension, hidden, dropout, activation, normFirst, epsilon, branches: 2);
        parts.Register(module => Register(module.Name, module.Module));
    }

    /// <summary>A.</summary>
    public MultiHeadAttention<T> SelfAttention { get; }

    /// <summary>Norms before the branches.</summary>
    public bool NormFirst => parts.NormFirst;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => Forward(input, null);

    /// <summary>The output with some steps hidden from others.</summary>
    /// <param name="input">[N, L, E].</param>
    /// <param name="mask">True where a step sees another; broadcasts to [N, heads, L, L].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Forward(Tensor<T> input, Tensor<bool>? mask)
    {
        Tensor<T> x = parts.Branch(0, input, at => SelfAttention.Forward(at, at, at, mask));
        return parts.Branch(1, x, parts.FeedForward);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new TransformerEncoderLayer<TOther>(
            SelfAttention.Dimension, SelfAttention.Heads, parts.Hidden, parts.Dropout, copier.Copy(parts.Activation), NormFirst, SelfAttention.IsCausal, parts.Epsilon);
    }
}

/// <summary>
/// A transformer block that reads one sequence and looks at another, the memory: as <see cref="TransformerEncoderLayer{T}"/>, with an attention of the steps
/// to the memory between the other two branches.
/// <para>Shares every weight over all steps.</para>
/// <para>Shapes: target and output [N, L, E], memory [N, S, E]. PyTorch's names: self_attn, multihead_attn, linear1, linear2, norm1, norm2, norm3.</para>
/// <para>Parameters: 8·E·(E + 1) + 2·E·H + H + E + 6·E for a hidden width H.</para>
/// <para>Vaswani et al., "Attention is all you need", 2017.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class TransformerDecoderLayer<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TransformerParts<T> parts;

    /// <summary>A decoder block.</summary>
    /// <param name="dimension">E.</param>
    /// <param name="heads">Heads of both attentions; divides E.</param>
    /// <param name="hidden">H.</param>
    /// <param name="dropout">Probability of dropping attention weights, hidden values, and what each branch gives.</param>
    /// <param name="activation">φ; null is ReLU.</param>
    /// <param name="normFirst">Norms before the branches instead of after the sums.</param>
    /// <param name="causal">Step i of the target sees its steps up to i only.</param>
    /// <param name="epsilon">Added to the variances.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number below 1, or a probability outside 0 … 1.</exception>
    /// <exception cref="ArgumentException">The heads do not divide E.</exception>
    public TransformerDecoderLayer(
        int dimension, int heads, int hidden = 2048, double dropout = 0.1, Layer<T>? activation = null, bool normFirst = false, bool causal = true,
        double epsilon = 1e-5)
    {
        SelfAttention = Register("self_attn", new MultiHeadAttention<T>(dimension, heads, causal: causal, dropout: dropout));
        MemoryAttention = Register("multihead_attn", new MultiHeadAttention<T>(dimension, heads, dropout: dropout));
        parts = new TransformerParts<T>("TransformerDecoderLayer", dimension, hidden, dropout, activation, normFirst, epsilon, branches: 3);
        parts.Register(module => Register(module.Name, module.Module));
    }

    /// <summary>Of the target to itself.</summary>
    public MultiHeadAttention<T> SelfAttention { get; }

    /// <summary>Of the target to the memory.</summary>
    public MultiHeadAttention<T> MemoryAttention { get; }

    /// <summary>Norms before the branches.</summary>
    public bool NormFirst => parts.NormFirst;

    /// <summary>The output for a target and what it looks at.</summary>
    /// <param name="target">[N, L, E].</param>
    /// <param name="memory">[N, S, E].</param>
    /// <param name="targetMask">True where a step of the target sees another, besides causality; broadcasts to [N, heads, L, L].</param>
    /// <param name="memoryMask">True where a step of the target sees one of the memory; broadcasts to [N, heads, L, S].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Forward(Tensor<T> target, Tensor<T> memory, Tensor<bool>? targetMask = null, Tensor<bool>? memoryMask = null)
    {
        Tensor<T> x = parts.Branch(0, target, at => SelfAttention.Forward(at, at, at, targetMask));
        x = parts.Branch(1, x, at => MemoryAttention.Forward(at, memory, memory, memoryMask));
        return parts.Branch(2, x, parts.FeedForward);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new TransformerDecoderLayer<TOther>(
            SelfAttention.Dimension, SelfAttention.Heads, parts.Hidden, parts.Dropout, copier.Copy(parts.Activation), NormFirst, SelfAttention.IsCausal, parts.Epsilon);
    }
}

/// <summary>What the blocks have in common: the feed-forward branch, and a norm and a dropout for every branch.</summary>
internal sealed class TransformerParts<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Projection<T> into, outOf;
    private readonly LayerNorm<T>[] norms;
    private readonly Dropout<T>[] drops;
    private readonly Dropout<T> hiddenDrop;
    private readonly Layer<T> activation;

    public TransformerParts(
        string layer, int dimension, int hidden, double dropout, Layer<T>? activation, bool normFirst, double epsilon, int branches)
    {
        if (hidden < 1) throw new ArgumentOutOfRangeException(nameof(hidden), $"{layer}: hidden width {hidden}; it must be at least 1.");
        (Hidden, Dropout, Activation, NormFirst, Epsilon) = (hidden, dropout, activation, normFirst, epsilon);
        (into, outOf) = (Linear(dimension, hidden), Linear(hidden, dimension));
        norms = [.. Enumerable.Range(0, branches).Select(_ => new LayerNorm<T>(dimension, epsilon))];
        drops = [.. Enumerable.Range(0, branches).Select(_ => new Dropout<T>(dropout))];
        hiddenDrop = new Dropout<T>(dropout);
        this.activation = activation ?? new Relu<T>();
    }

    public int Hidden { get; }

    public double Dropout { get; }

    public Layer<T>? Activation { get; }

    public bool NormFirst { get; }

    public double Epsilon { get; }

    public void Register(Action<(string Name, Layer<T> Module)> register)
    {
        register(("linear1", into));
        register(("dropout", hiddenDrop));
        register(("linear2", outOf));
        for (int i = 0; i < norms.Length; i++) register(($"norm{i + 1}", norms[i]));
        for (int i = 0; i < drops.Length; i++) register(($"dropout{i + 1}", drops[i]));
        register(("activation", activation));
    }

    /// <summary>x with what a branch adds to it.</summary>
    public Tensor<T> Branch(int number, Tensor<T> x, Func<Tensor<T>, Tensor<T>> branch)
    {
        ArgumentNullException.ThrowIfNull(x);
        return NormFirst
            ? x + drops[number].Forward(branch(norms[number].Forward(x)))
            : norms[number].Forward(x + drops[number].Forward(branch(x)));
    }

    // F(x) = W₂·φ(W₁·x + b₁) + b₂       [.., E] → [.., H] → [.., E]
    public Tensor<T> FeedForward(Tensor<T> x) => outOf.Forward(hiddenDrop.Forward(activation.Forward(into.Forward(x))));

    private static Projection<T> Linear(int inputs, int outputs)
    {
        var fan = new Fan(inputs, outputs);
        return new Projection<T>(
            new Parameter<T>([outputs, inputs], Initializer.FanInUniform, fan), new Weight<T>(new Parameter<T>(outputs, Initializer.FanInUniform, fan)));
    }
}
