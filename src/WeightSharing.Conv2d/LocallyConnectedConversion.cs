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
            if (convolution.PaddingMode != PaddingMode.Constant || convolution.PaddingValue != 0)
            {
                throw new NotSupportedException($"ToLocallyConnected: the padding is {convolution.PaddingMode} with value {convolution.PaddingValue}; locally connected layers pad with zeros. Pad the input before.");
            }

            var layer = new LocallyConnected2d<T>(
                convolution.InputChannels, convolution.OutputChannels, inputSize, convolution.KernelSize, convolution.Stride, convolution.Padding,
                convolution.Dilation, bias: convolution.Bias is not null);
            using (NoGrad.Begin())
            {
                int positions = layer.OutputSize.Area, outputs = convolution.OutputChannels;
                Tensor<T> filters = AllChannels(convolution).Reshape([outputs, convolution.InputChannels * convolution.KernelSize.Area]);
                layer.Weight.Parameter.Set(filters.BroadcastTo([positions, filters.Shape[0], filters.Shape[1]]));
                if (convolution.Bias is { } bias)
                {
                    layer.Bias!.Parameter.Set(convolution.HasBiasPerPosition
                        ? bias.Value.Reshape([outputs, positions]).Transpose()
                        : bias.Value.BroadcastTo([positions, outputs]));
                }
            }

            return layer;
        }
    }

    extension<T>(LocallyConnected2d<T> layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The convolution whose filters are nearest to the layer's in the sum of squares over all positions: the mean filter.</summary>
        /// <param name="tying">A further tying of the filters, such as <see cref="Tying.Palindrome"/>; null is none.</param>
        /// <returns>The convolution, and how far the layer is from it.</returns>
        public ConvolutionFit<T> ToConvolution(Tying? tying = null)
        {
            ArgumentNullException.ThrowIfNull(layer);
            var convolution = new Conv2d<T>(
                layer.InputChannels, layer.OutputChannels, layer.KernelSize, layer.Stride, layer.Padding, layer.Dilation,
                bias: layer.Bias is not null, tying: tying);
            using (NoGrad.Begin())
            {
                int positions = layer.OutputSize.Area;
                Tensor<T> weights = layer.Weight.Value;
                // The sum of squares splits into the spread around the mean and the mean's distance from the tied filters.
                convolution.Weight.SetFull(weights.Mean(0).Reshape(convolution.Weight.Shape));
                Tensor<T> reached = convolution.Weight.Value.Reshape([layer.OutputChannels, weights.Shape[2]]);
                double weightResidual = Norm(weights - reached), biasResidual = 0;
                if (layer.Bias is { } bias)
                {
                    convolution.Bias!.Parameter.Set(bias.Value.Mean(0));
                    biasResidual = Norm(bias.Value - convolution.Bias.Value);
                }

                return new ConvolutionFit<T>(convolution, weightResidual, biasResidual, Norm(weights), positions);
            }
        }
    }

    // A grouped filter bank written out over all input channels, zero between the groups.
    private static Tensor<T> AllChannels<T>(Conv2d<T> convolution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> filters = convolution.Weight.Value;
        if (convolution.Groups == 1) return filters;
        int perGroup = convolution.InputChannels / convolution.Groups, outputsPerGroup = convolution.OutputChannels / convolution.Groups;
        Tensor<T> all = Tensor.Zeros<T>([convolution.OutputChannels, convolution.InputChannels, convolution.KernelSize.Height, convolution.KernelSize.Width]);
        for (int g = 0; g < convolution.Groups; g++)
        {
            Range outputs = (g * outputsPerGroup)..((g + 1) * outputsPerGroup), inputs = (g * perGroup)..((g + 1) * perGroup);
            all[outputs, inputs].CopyFrom(filters[outputs]);
        }

        return all;
    }

    private static double Norm<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Sqrt(double.CreateChecked((x * x).Sum().Item()));
}

/// <summary>A convolution fitted to a locally connected layer, with the measured distance between the two.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="Convolution">The nearest convolution.</param>
/// <param name="WeightResidual">‖w − w′‖₂ over the weights of all positions.</param>
/// <param name="BiasResidual">‖b − b′‖₂ over the biases of all positions.</param>
/// <param name="WeightNorm">‖w‖₂, to compare the residual with.</param>
/// <param name="Positions">outH·outW.</param>
public sealed record ConvolutionFit<T>(Conv2d<T> Convolution, double WeightResidual, double BiasResidual, double WeightNorm, int Positions)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
