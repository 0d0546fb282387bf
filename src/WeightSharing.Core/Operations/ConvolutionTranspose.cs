using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>Transposed convolutions: the adjoints of the cross-correlations with respect to their input.</summary>
public static class ConvolutionTransposeOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[n, c, i] = b[c] + Σ_{o, p, k: stride·p + dilation·k − padding = i} w[o, c, k]·x[n, o, p]
        /// <summary>
        /// Transposed convolution of images: [N, Cin, H, W] → [N, Cout, outH, outW], the adjoint of <c>Conv2d</c> with the same weight; of one
        /// image: [Cin, H, W] → [Cout, outH, outW].
        /// </summary>
        /// <param name="weight">[Cin, Cout / groups, kH, kW].</param>
        /// <param name="bias">[Cout], or null.</param>
        /// <param name="stride">Step between the places of the input in the output; null is 1.</param>
        /// <param name="padding">What is cut off around the output.</param>
        /// <param name="outputPadding">Rows and columns more at the bottom and on the right, fewer than the stride or the dilation.</param>
        /// <param name="dilation">Step between the taps of a window; null is 1.</param>
        /// <param name="groups">Groups of channels that do not see each other.</param>
        /// <param name="algorithm">How it may be computed.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, or nothing is left of the output.</exception>
        public Tensor<T> ConvTranspose2d(
            Tensor<T> weight, Tensor<T>? bias = null, Size2? stride = null, Padding2d padding = default, Size2 outputPadding = default,
            Size2? dilation = null, int groups = 1, ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.Automatic)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            if (x.Rank == 3 && weight.Rank == 4)
            {
                return x.Unsqueeze(0).ConvTranspose2d(weight, bias, stride, padding, outputPadding, dilation, groups, algorithm).Squeeze(0);
            }

            if (x.Rank != 4 || weight.Rank != 4)
            {
                throw new ArgumentException(
                    $"ConvTranspose2d: input {x.Shape} with weight {weight.Shape}; "
                    + "expected input [N, Cin, H, W] and weight [Cin, Cout/groups, kH, kW].");
            }

            return Run(x, weight, bias, stride ?? 1, padding, outputPadding, dilation ?? 1, groups, "ConvTranspose2d", algorithm);
        }

        /// <summary>
        /// Transposed convolution of sequences: [N, Cin, L] → [N, Cout, outL], the adjoint of <c>Conv1d</c> with the same weight; of one
        /// sequence: [Cin, L] → [Cout, outL].
        /// </summary>
        /// <param name="weight">[Cin, Cout / groups, k].</param>
        /// <param name="bias">[Cout], or null.</param>
        /// <param name="stride">Step between the places of the input in the output.</param>
        /// <param name="padding">What is cut off at both ends of the output.</param>
        /// <param name="outputPadding">Elements more at the end, fewer than the stride or the dilation.</param>
        /// <param name="dilation">Step between the taps of a window.</param>
        /// <param name="groups">Groups of channels that do not see each other.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, or nothing is left of the output.</exception>
        public Tensor<T> ConvTranspose1d(
            Tensor<T> weight, Tensor<T>? bias = null, int stride = 1, Padding1d padding = default, int outputPadding = 0, int dilation = 1,
            int groups = 1)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            if (x.Rank == 2 && weight.Rank == 3)
            {
                return x.Unsqueeze(0).ConvTranspose1d(weight, bias, stride, padding, outputPadding, dilation, groups).Squeeze(0);
            }

            if (x.Rank != 3 || weight.Rank != 3)
            {
                throw new ArgumentException(
                    $"ConvTranspose1d: input {x.Shape} with weight {weight.Shape}; "
                    + "expected input [N, Cin, L] and weight [Cin, Cout/groups, k].");
            }

            // A sequence is an image of one row: the same kernels serve both.
            return Run(
                x.Unsqueeze(2), weight.Unsqueeze(2), bias, (1, stride), padding.AsRow(), (0, outputPadding), (1, dilation), groups,
                "ConvTranspose1d", ConvolutionAlgorithm.Automatic).Squeeze(2);
        }
    }

    private static Tensor<T> Run<T>(
        Tensor<T> x, Tensor<T> weight, Tensor<T>? bias, Size2 stride, Padding2d padding, Size2 outputPadding, Size2 dilation, int groups,
        string operation, ConvolutionAlgorithm algorithm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (stride.Height < 1 || stride.Width < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(stride), $"{operation}: stride {ConvolutionOperation.Given(operation, stride)}; it must be at least 1.");
        }

        if (dilation.Height < 1 || dilation.Width < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dilation), $"{operation}: dilation {ConvolutionOperation.Given(operation, dilation)}; it must be at least 1.");
        }

        if (groups < 1) throw new ArgumentOutOfRangeException(nameof(groups), $"{operation}: {groups} groups; there must be at least 1.");
        if (outputPadding.Height < 0 || outputPadding.Width < 0 || outputPadding.Height >= Math.Max(stride.Height, dilation.Height)
            || outputPadding.Width >= Math.Max(stride.Width, dilation.Width))
        {
            throw new ArgumentOutOfRangeException(
                nameof(outputPadding),
                $"{operation}: output padding {ConvolutionOperation.Given(operation, outputPadding)} with stride {ConvolutionOperation.Given(operation, stride)} and dilation {ConvolutionOperation.Given(operation, dilation)}; "
                + "it must be at least 0 and smaller than the stride or the dilation.");
        }

        if (x.Shape[1] != weight.Shape[0] || weight.Shape[0] % groups != 0)
        {
            throw new ArgumentException(
                $"{operation}: channels do not fit: input {ConvolutionOperation.Given(operation, x.Shape)} with weight {ConvolutionOperation.Given(operation, weight.Shape)} in {groups} groups; "
                + $"the input needs the weight's {weight.Shape[0]} channels, and {groups} must divide them.");
        }

        int channels = weight.Shape[1] * groups;
        if (bias is not null && bias.Shape != channels)
        {
            throw new ArgumentException(
                $"{operation}: bias {bias.Shape} does not fit weight {ConvolutionOperation.Given(operation, weight.Shape)} in {groups} groups; it must be [{channels}].");
        }

        if (x.Shape[2] == 0 || x.Shape[3] == 0)
        {
            throw new ArgumentException($"{operation}: input {ConvolutionOperation.Given(operation, x.Shape)} has no positions; there must be at least one.");
        }

        Size2 kernel = (weight.Shape[2], weight.Shape[3]);
        padding = padding.Resolve(kernel, dilation);
        int height = Extent(x.Shape[2], stride.Height, kernel.Height, dilation.Height, padding.Top + padding.Bottom, outputPadding.Height);
        int width = Extent(x.Shape[3], stride.Width, kernel.Width, dilation.Width, padding.Left + padding.Right, outputPadding.Width);
        if (height < 1 || width < 1)
        {
            throw new ArgumentException(
                $"{operation}: nothing is left of the output {ConvolutionOperation.Given(operation, new Size2(height, width))} (input {ConvolutionOperation.Given(operation, x.Shape)}, "
                + $"weight {ConvolutionOperation.Given(operation, weight.Shape)}, stride {ConvolutionOperation.Given(operation, stride)}, padding {ConvolutionOperation.Given(operation, padding)}); pad less.");
        }

        if (outputPadding.Height >= stride.Height || outputPadding.Width >= stride.Width)
        {
            // A convolution of so large an output would have more windows than the input has places: the rows more are added to the whole output.
            Tensor<T> whole = Run(x, weight, null, stride, 0, 0, dilation, groups, operation, algorithm)
                .Pad([(0, 0), (0, 0), (0, outputPadding.Height), (0, outputPadding.Width)])
                .Pad([(0, 0), (0, 0), (-padding.Top, -padding.Bottom), (-padding.Left, -padding.Right)]);
            return bias is null ? whole : whole + bias.Reshape(channels, 1, 1);
        }

        Shape output = [x.Shape[0], channels, height, width];
        ConvolutionGeometry geometry = ConvolutionOperation.Geometry<T>(operation, output, weight.Shape, null, stride, padding, dilation,
            groups);
        bool records = Graph.Records(x, weight);
        if (records) ConvolutionFilters<T>.Forget(weight);
        Tensor<T> y = new ConvolutionOperation.ConvolutionMap<T>(geometry, operation, ConvolutionOperation.OptionsOf(algorithm), records)
            .ApplyLeftAdjoint(x, weight);
        return bias is null ? y : y + bias.Reshape(channels, 1, 1);
    }

    private static int Extent(int input, int stride, int kernel, int dilation, int padding, int outputPadding) =>
        (input - 1) * stride - padding + dilation * (kernel - 1) + outputPadding + 1;
}
