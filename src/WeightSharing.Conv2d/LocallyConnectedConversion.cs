using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>The way between a convolution and its unshared equivalent.</summary>
public static class LocallyConnectedConversion
{
    extension<T>(Conv2d<T> convolution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>
        /// The locally connected layer with the convolution's filters at every position: the same output, but every position free to go its own way.
        /// </summary>
        /// <param name="inputSize">H and W, for which the locally connected layer is made.</param>
        /// <exception cref="NotSupportedException">The convolution's padding is not zeros.</exception>
        /// <exception cref="ArgumentException">The kernel is larger than the padded image.</exception>
        public LocallyConnected2d<T> ToLocallyConnected(Size2 inputSize)
        {
            ArgumentNullException.ThrowIfNull(convolution);
            RequireZeros(convolution.PaddingMode, convolution.PaddingValue);
            var layer = new LocallyConnected2d<T>(
                convolution.InputChannels, convolution.OutputChannels, inputSize, convolution.KernelSize, convolution.Stride, convolution.Padding,
                convolution.Dilation, bias: convolution.Bias is not null);
            Spread(convolution.Weight, convolution.Bias, convolution.HasBiasPerPosition, convolution.Groups, layer.Weight, layer.Bias);
            return layer;
        }
    }

    extension<T>(Conv1d<T> convolution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>
        /// The locally connected layer with the convolution's filters at every position: the same output, but every position free to go its own way.
        /// </summary>
        /// <param name="inputLength">L, for which the locally connected layer is made.</param>
        /// <exception cref="NotSupportedException">The convolution's padding is not zeros.</exception>
        /// <exception cref="ArgumentException">The kernel is longer than the padded sequence.</exception>
        public LocallyConnected1d<T> ToLocallyConnected(int inputLength)
        {
            ArgumentNullException.ThrowIfNull(convolution);
            RequireZeros(convolution.PaddingMode, convolution.PaddingValue);
            var layer = new LocallyConnected1d<T>(
                convolution.InputChannels, convolution.OutputChannels, inputLength, convolution.KernelSize, convolution.Stride, convolution.Padding,
                convolution.Dilation, bias: convolution.Bias is not null);
            Spread(convolution.Weight, convolution.Bias, convolution.HasBiasPerPosition, convolution.Groups, layer.Weight, layer.Bias);
            return layer;
        }
    }

    extension<T>(LocallyConnected2d<T> layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The convolution whose filters are nearest to the layer's in the sum of squares over all positions: the mean filter.</summary>
        /// <param name="tying">A further tying of the filters, such as <see cref="Tying.Palindrome"/>; null is none.</param>
        /// <returns>The convolution, and how far the layer is from it.</returns>
        public ConvolutionFit<Conv2d<T>> ToConvolution(Tying? tying = null)
        {
            ArgumentNullException.ThrowIfNull(layer);
            var convolution = new Conv2d<T>(
                layer.InputChannels, layer.OutputChannels, layer.KernelSize, layer.Stride, layer.Padding, layer.Dilation,
                bias: layer.Bias is not null, tying: tying);
            return Fit(convolution, convolution.Weight, convolution.Bias, layer.Weight, layer.Bias);
        }
    }

    extension<T>(LocallyConnected1d<T> layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The convolution whose filters are nearest to the layer's in the sum of squares over all positions: the mean filter.</summary>
        /// <param name="tying">A further tying of the filters, such as <see cref="Tying.Palindrome"/>; null is none.</param>
        /// <returns>The convolution, and how far the layer is from it.</returns>
        public ConvolutionFit<Conv1d<T>> ToConvolution(Tying? tying = null)
        {
            ArgumentNullException.ThrowIfNull(layer);
            var convolution = new Conv1d<T>(
                layer.InputChannels, layer.OutputChannels, layer.KernelSize, layer.Stride, layer.Padding, layer.Dilation,
                bias: layer.Bias is not null, tying: tying);
            return Fit(convolution, convolution.Weight, convolution.Bias, layer.Weight, layer.Bias);
        }
    }

    // Gives every position [Cout, Cin·taps] the filters, and the bias of its channel or its own.
    private static void Spread<T>(Weight<T> filters, Weight<T>? bias, bool biasPerPosition, int groups, Weight<T> local, Weight<T>? localBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using (NoGrad.Begin())
        {
            int positions = local.Shape[0], outputs = local.Shape[1], patch = local.Shape[2];
            local.Parameter.Set(AllChannels(filters.Value, groups).Reshape([outputs, patch]).BroadcastTo([positions, outputs, patch]));
            if (bias is null) return;
            localBias!.Parameter.Set(biasPerPosition
                ? bias.Value.Reshape([outputs, positions]).Transpose()
                : bias.Value.BroadcastTo([positions, outputs]));
        }
    }

    private static ConvolutionFit<TConvolution> Fit<T, TConvolution>(
        TConvolution convolution, Weight<T> filters, Weight<T>? bias, Weight<T> local, Weight<T>? localBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TConvolution : Layer<T>
    {
        using (NoGrad.Begin())
        {
            Tensor<T> weights = local.Value;
            // The sum of squares splits into the spread around the mean and the mean's distance from the tied filters.
            filters.SetFull(weights.Mean(0).Reshape(filters.Shape));
            double weightResidual = Norm(weights - filters.Value.Reshape([weights.Shape[1], weights.Shape[2]])), biasResidual = 0;
            if (localBias is not null)
            {
                bias!.Parameter.Set(localBias.Value.Mean(0));
                biasResidual = Norm(localBias.Value - bias.Value);
            }

            return new ConvolutionFit<TConvolution>(convolution, weightResidual, biasResidual, Norm(weights), weights.Shape[0]);
        }
    }

    // A grouped filter bank [Cout, Cin/groups, ..] written out over all input channels, zero between the groups.
    private static Tensor<T> AllChannels<T>(Tensor<T> filters, int groups)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (groups == 1) return filters;
        int perGroup = filters.Shape[1], outputsPerGroup = filters.Shape[0] / groups;
        Tensor<T> all = Tensor.Zeros<T>(filters.Shape.With(1, perGroup * groups));
        for (int g = 0; g < groups; g++)
        {
            Range outputs = (g * outputsPerGroup)..((g + 1) * outputsPerGroup), inputs = (g * perGroup)..((g + 1) * perGroup);
            all[outputs, inputs].CopyFrom(filters[outputs]);
        }

        return all;
    }

    private static void RequireZeros(PaddingMode mode, double value)
    {
        if (mode != PaddingMode.Constant || value != 0)
        {
            throw new NotSupportedException(
                $"ToLocallyConnected: the padding is {mode} with value {value}; locally connected layers pad with zeros. Pad the input before.");
        }
    }

    private static double Norm<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Sqrt(double.CreateChecked((x * x).Sum().Item()));
}

/// <summary>A convolution fitted to a locally connected layer, with the measured distance between the two.</summary>
/// <typeparam name="TConvolution">The convolution's type.</typeparam>
/// <param name="Convolution">The nearest convolution.</param>
/// <param name="WeightResidual">‖w − w′‖₂ over the weights of all positions.</param>
/// <param name="BiasResidual">‖b − b′‖₂ over the biases of all positions.</param>
/// <param name="WeightNorm">‖w‖₂, to compare the residual with.</param>
/// <param name="Positions">Number of output positions.</param>
public sealed record ConvolutionFit<TConvolution>(TConvolution Convolution, double WeightResidual, double BiasResidual, double WeightNorm, int Positions);
