using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>Which filters the two halves of a <see cref="UNet{T}"/> share.</summary>
public enum UNetTying
{
    /// <summary>None: every filter is its own. The unshared baseline.</summary>
    None,

    /// <summary>
    /// Every convolution of the decoder is the adjoint of its mirror image in the encoder: the same filters, transposed and unflipped. Only the first
    /// convolution and the read-out stand alone.
    /// </summary>
    Adjoint,

    /// <summary>Convolutions that keep the resolution and the number of channels use the same filters in both halves, as they are.</summary>
    SameResolution,
}

/// <summary>How a <see cref="UNet{T}"/> brings the encoder's maps into the decoder.</summary>
public enum UNetSkip
{
    /// <summary>u + s: added to the maps from below (Chaurasia and Culurciello, "LinkNet", 2017).</summary>
    Add,

    /// <summary>The decoder's convolution reads both, [u, s], with filters of its own for the encoder's maps (Ronneberger et al. 2015).</summary>
    Concatenate,
}

/// <summary>
/// A U-Net: an encoder that halves the resolution level by level, one convolution at the bottom, and a decoder that mirrors it, with skip connections.
/// Down: s_l = ρ(B_l·ρ(A_l·x)), x = maxpool(s_l); bottom: z = ρ(A_L·x); up: u = upsample(ρ(A_{l+1}ᵀ·z)), z = ρ(B_lᵀ·(u + s_l)); output: a 1×1
/// convolution. ρ is batch normalisation and ReLU.
/// <para>Shares, when tied, the filters of the encoder with the decoder: its convolutions are the adjoints, ⟨W·x, y⟩ = ⟨x, Wᵀ·y⟩.</para>
/// <para>Shapes: input [N, Cin, H, W] with H and W multiples of 2^levels, output logits [N, Cout, H, W]; filters A_l (encoder.l.0) [c_l, c_{l−1}, 3, 3],
/// B_l (encoder.l.1) [c_l, c_l, 3, 3], A_L (bottleneck) [c_L, c_{L−1}, 3, 3]; up.l and decoder.l mirror them.</para>
/// <para>Parameters: the filters of encoder and bottom, the read-out and the normalisations; unshared, the decoder's filters too: nearly twice as many.</para>
/// <para>Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation", 2015.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class UNet<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] widths;
    private readonly Sequential<T> encoder, up, decoder;
    private readonly Sequential<T>? skips;
    private readonly UNetStage<T> bottleneck;
    private readonly Conv2d<T> readOut;

    /// <summary>A U-Net.</summary>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout, the number of classes.</param>
    /// <param name="widths">Channels c_0 … c_{L−1} of the levels, from the full resolution down, and c_L at the bottom: at least two numbers.</param>
    /// <param name="tying">Which filters the halves share.</param>
    /// <param name="skip">How the encoder's maps reach the decoder.</param>
    /// <param name="normalize">Batch normalisation after every convolution but the read-out; else biases alone.</param>
    /// <exception cref="ArgumentException">Fewer than two widths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of channels is below 1.</exception>
    public UNet(
        int inputChannels, int outputChannels, ReadOnlySpan<int> widths, UNetTying tying = UNetTying.None, UNetSkip skip = UNetSkip.Add,
        bool normalize = true)
        : this(new UNetStages<T>(inputChannels, outputChannels, widths.ToArray(), tying, skip, normalize), tying)
    {
    }

    private UNet(UNetStages<T> stages, UNetTying tying)
    {
        (widths, Tying) = (stages.Widths, tying);
        encoder = Register("encoder", stages.Encoder);
        bottleneck = Register("bottleneck", stages.Bottleneck);
        up = Register("up", stages.Up);
        decoder = Register("decoder", stages.Decoder);
        if (stages.Skips is not null) skips = Register("skip", stages.Skips);
        readOut = Register("head", stages.ReadOut);
    }

    /// <summary>Cin.</summary>
    public int InputChannels => ((UNetStage<T>)((Sequential<T>)encoder[0])[0]).Inputs;

    /// <summary>Cout.</summary>
    public int OutputChannels => readOut.OutputChannels;

    /// <summary>Channels of the levels, and at the bottom.</summary>
    public IReadOnlyList<int> Widths => widths;

    /// <summary>How often the resolution is halved.</summary>
    public int Levels => widths.Length - 1;

    /// <summary>Which filters the halves share.</summary>
    public UNetTying Tying { get; }

    /// <summary>How the encoder's maps reach the decoder.</summary>
    public UNetSkip Skip => skips is null ? UNetSkip.Add : UNetSkip.Concatenate;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int multiple = 1 << Levels;
        if (input.Rank != 4 || input.Shape[1] != InputChannels || input.Count == 0 || input.Shape[2] % multiple != 0 || input.Shape[3] % multiple != 0)
        {
            throw new ArgumentException(
                $"UNet: input {input.Shape}; expected [N, {InputChannels}, H, W] with H and W multiples of {multiple}: each of {Levels} levels halves them. Pad or crop it.",
                nameof(input));
        }

        var maps = new Tensor<T>[Levels];
        Tensor<T> x = input;
        for (int level = 0; level < Levels; level++)
        {
            maps[level] = encoder[level].Forward(x);
            x = maps[level].MaxPool2d(2);
        }

        x = bottleneck.Forward(x);
        for (int level = Levels - 1; level >= 0; level--)
        {
            Tensor<T> u = up[level].Forward(x).RepeatInterleave(2, 2).RepeatInterleave(2, 3);
            var stage = (UNetStage<T>)decoder[level];
            // A convolution of [u, s] is the sum of one of u and one of s.
            x = skips is null ? stage.Forward(u + maps[level]) : stage.Forward(u, skips[level].Forward(maps[level]));
        }

        return readOut.Forward(x);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        var stages = new UNetStages<TOther>(
            widths, copier.Copy<Sequential<TOther>>(encoder), copier.Copy<UNetStage<TOther>>(bottleneck), copier.Copy<Sequential<TOther>>(up),
            copier.Copy<Sequential<TOther>>(decoder), skips is null ? null : copier.Copy<Sequential<TOther>>(skips), copier.Copy<Conv2d<TOther>>(readOut));
        return new UNet<TOther>(stages, Tying);
    }
}

/// <summary>The parts of a <see cref="UNet{T}"/>, with the ties between them.</summary>
internal sealed class UNetStages<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public UNetStages(int inputs, int outputs, int[] widths, UNetTying tying, UNetSkip skip, bool normalize)
    {
        if (widths.Length < 2)
        {
            throw new ArgumentException($"UNet: {widths.Length} widths; expected the channels of every level and of the bottom, at least two numbers.", nameof(widths));
        }

        Widths = widths;
        int levels = widths.Length - 1;
        UNetStage<T>[] entries = [.. widths.Select((width, level) => new UNetStage<T>(Convolution(level == 0 ? inputs : widths[level - 1], width), normalize))];
        UNetStage<T>[] keepers = [.. widths[..levels].Select(width => new UNetStage<T>(Convolution(width, width), normalize))];
        Encoder = new Sequential<T>([.. keepers.Select((keeper, level) => new Sequential<T>(entries[level], keeper))]);
        Bottleneck = entries[levels];
        Up = new Sequential<T>([.. entries[1..].Select(entry => new UNetStage<T>(
            tying == UNetTying.Adjoint ? Adjoint(entry) : Convolution(entry.Outputs, entry.Inputs), normalize))]);
        Decoder = new Sequential<T>([.. keepers.Select(keeper => new UNetStage<T>(
            tying switch
            {
                UNetTying.Adjoint => Adjoint(keeper),
                UNetTying.SameResolution => Convolution(keeper.Inputs, keeper.Outputs, keeper.Weight),
                _ => Convolution(keeper.Inputs, keeper.Outputs),
            },
            normalize))]);
        if (skip == UNetSkip.Concatenate)
        {
            Skips = new Sequential<T>([.. widths[..levels].Select(width => new Conv2d<T>(width, width, UNetStage<T>.Kernel, padding: 1, bias: false))]);
        }

        ReadOut = new Conv2d<T>(widths[0], outputs, kernelSize: 1);

        // With normalisation behind it a bias would change nothing.
        Conv2d<T> Convolution(int from, int to, Weight<T>? weight = null) =>
            new(from, to, UNetStage<T>.Kernel, padding: 1, bias: !normalize, weight: weight, initializer: weight is null ? Initializer.KaimingNormal : null);

        ConvTranspose2d<T> Adjoint(UNetStage<T> stage) =>
            new(stage.Outputs, stage.Inputs, UNetStage<T>.Kernel, padding: 1, bias: !normalize, weight: stage.Weight);
    }

    public UNetStages(
        int[] widths, Sequential<T> encoder, UNetStage<T> bottleneck, Sequential<T> up, Sequential<T> decoder, Sequential<T>? skips, Conv2d<T> readOut) =>
        (Widths, Encoder, Bottleneck, Up, Decoder, Skips, ReadOut) = (widths, encoder, bottleneck, up, decoder, skips, readOut);

    public int[] Widths { get; }

    public Sequential<T> Encoder { get; }

    public UNetStage<T> Bottleneck { get; }

    public Sequential<T> Up { get; }

    public Sequential<T> Decoder { get; }

    public Sequential<T>? Skips { get; }

    public Conv2d<T> ReadOut { get; }
}

/// <summary>relu(norm(conv(x) + extra)): a convolution or an adjoint of one, with what follows it.</summary>
internal sealed class UNetStage<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int Kernel = 3;
    private readonly Layer<T> convolution;
    private readonly BatchNorm2d<T>? norm;

    public UNetStage(Layer<T> convolution, bool normalize)
    {
        this.convolution = Register("conv", convolution);
        if (normalize) norm = Register("norm", new BatchNorm2d<T>(Outputs));
    }

    public int Inputs => convolution is Conv2d<T> plain ? plain.InputChannels : ((ConvTranspose2d<T>)convolution).InputChannels;

    public int Outputs => convolution is Conv2d<T> plain ? plain.OutputChannels : ((ConvTranspose2d<T>)convolution).OutputChannels;

    public Weight<T> Weight => convolution is Conv2d<T> plain ? plain.Weight : ((ConvTranspose2d<T>)convolution).Weight;

    public override Tensor<T> Forward(Tensor<T> input) => Finish(convolution.Forward(input));

    public Tensor<T> Forward(Tensor<T> input, Tensor<T> extra) => Finish(convolution.Forward(input) + extra);

    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new UNetStage<TOther>(copier.Copy(convolution), norm is not null);

    private Tensor<T> Finish(Tensor<T> x) => (norm is null ? x : norm.Forward(x)).Relu();
}
