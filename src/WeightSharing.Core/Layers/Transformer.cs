using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Encoder blocks one after another, with a norm behind them if given.
/// <para>Shares what the blocks share; a block that is given several times is one block, used at several depths.</para>
/// <para>Shapes: input and output [N, L, E]. PyTorch's names: layers.0, layers.1, …, norm.</para>
/// <para>Parameters: those of the blocks and of the norm.</para>
/// <para>Vaswani et al., "Attention is all you need", 2017; one block for all depths: Dehghani et al., "Universal transformers", 2019.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class TransformerEncoder<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>An encoder.</summary>
    /// <param name="layers">Its blocks.</param>
    /// <param name="norm">Behind the last block, as it should be where the blocks norm first; null is none.</param>
    public TransformerEncoder(IEnumerable<TransformerEncoderLayer<T>> layers, LayerNorm<T>? norm = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Layers = [.. layers];
        Register("layers", new ModuleStack<T>(Layers));
        if (norm is not null) Norm = Register("norm", norm);
    }

    /// <summary>The blocks.</summary>
    public IReadOnlyList<TransformerEncoderLayer<T>> Layers { get; }

    /// <summary>The norm behind them, or null.</summary>
    public LayerNorm<T>? Norm { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => Forward(input, null);

    /// <summary>The output with some steps hidden from others.</summary>
    /// <param name="input">[N, L, E].</param>
    /// <param name="mask">True where a step sees another; broadcasts to [N, heads, L, L].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Forward(Tensor<T> input, Tensor<bool>? mask)
    {
        foreach (TransformerEncoderLayer<T> layer in Layers) input = layer.Forward(input, mask);
        return Norm?.Forward(input) ?? input;
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new TransformerEncoder<TOther>(
            [.. Layers.Select(copier.Copy<TransformerEncoderLayer<TOther>>)], Norm is null ? null : copier.Copy<LayerNorm<TOther>>(Norm));
    }
}

/// <summary>
/// Decoder blocks one after another, all of which look at one memory, with a norm behind them if given.
/// <para>Shares what the blocks share; a block that is given several times is one block, used at several depths.</para>
/// <para>Shapes: target and output [N, L, E], memory [N, S, E]. PyTorch's names: layers.0, layers.1, …, norm.</para>
/// <para>Parameters: those of the blocks and of the norm.</para>
/// <para>Vaswani et al., "Attention is all you need", 2017.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class TransformerDecoder<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A decoder.</summary>
    /// <param name="layers">Its blocks.</param>
    /// <param name="norm">Behind the last block; null is none.</param>
    public TransformerDecoder(IEnumerable<TransformerDecoderLayer<T>> layers, LayerNorm<T>? norm = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Layers = [.. layers];
        Register("layers", new ModuleStack<T>(Layers));
        if (norm is not null) Norm = Register("norm", norm);
    }

    /// <summary>The blocks.</summary>
    public IReadOnlyList<TransformerDecoderLayer<T>> Layers { get; }

    /// <summary>The norm behind them, or null.</summary>
    public LayerNorm<T>? Norm { get; }

    /// <summary>The output for a target and what it looks at.</summary>
    /// <param name="target">[N, L, E].</param>
    /// <param name="memory">[N, S, E].</param>
    /// <param name="targetMask">True where a step of the target sees another, besides causality; broadcasts to [N, heads, L, L].</param>
    /// <param name="memoryMask">True where a step of the target sees one of the memory; broadcasts to [N, heads, L, S].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Forward(Tensor<T> target, Tensor<T> memory, Tensor<bool>? targetMask = null, Tensor<bool>? memoryMask = null)
    {
        foreach (TransformerDecoderLayer<T> layer in Layers) target = layer.Forward(target, memory, targetMask, memoryMask);
        return Norm?.Forward(target) ?? target;
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new TransformerDecoder<TOther>(
            [.. Layers.Select(copier.Copy<TransformerDecoderLayer<TOther>>)], Norm is null ? null : copier.Copy<LayerNorm<TOther>>(Norm));
    }
}

/// <summary>Modules by number, under one name.</summary>
internal sealed class ModuleStack<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Module<T>[] modules;

    public ModuleStack(IEnumerable<Module<T>> modules)
    {
        this.modules = [.. modules];
        for (int i = 0; i < this.modules.Length; i++) Register($"{i}", this.modules[i]);
    }

    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new ModuleStack<TOther>(modules.Select(copier.Copy<Module<TOther>>));
}
