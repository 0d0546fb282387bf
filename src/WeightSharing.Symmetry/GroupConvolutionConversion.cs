using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>The way between a group convolution and the plain convolution with as many maps, its unshared equivalent.</summary>
public static class GroupConvolutionConversion
{
    extension<T>(GroupConvolution2d<T> layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>
        /// The plain convolution with the same filters, each element's free to go its own way: maps of a channel and an element are channel c·|G| + g,
        /// [N, Cin(·|G|), H, W] → [N, Cout·|G|, outH, outW].
        /// </summary>
        public Conv2d<T> ToConvolution()
        {
            ArgumentNullException.ThrowIfNull(layer);
            Tensor<T> filters = layer.FilterBank;
            var convolution = new Conv2d<T>(
                filters.Shape[1], filters.Shape[0], layer.KernelSize, layer.Stride, layer.Padding, layer.Dilation, bias: layer.Bias is not null,
                paddingMode: layer.PaddingMode);
            using (NoGrad.Begin())
            {
                convolution.Weight.Parameter.Set(filters);
                if (layer.Bias is { } bias)
                {
                    convolution.Bias!.Parameter.Set(bias.Value.Unsqueeze(1).BroadcastTo([layer.OutputChannels, layer.Group.Order]).Reshape(filters.Shape[0]));
                }
            }

            return convolution;
        }
    }

    extension<T>(Conv2d<T> convolution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The lifting layer whose filters are nearest to the convolution's, in the sum of squares: output map o·|G| + g is channel o at element g.</summary>
        /// <exception cref="ArgumentException">The output channels are no multiple of the group's order, or the kernel does not fit the group.</exception>
        /// <exception cref="NotSupportedException">Groups of channels, a bias for each position, or a constant other than zero in the padding.</exception>
        public GroupConvolutionFit<GroupLift2d<T>> ToGroupLift2d(PlanarGroup group)
        {
            ArgumentNullException.ThrowIfNull(convolution);
            int outputs = Divided(convolution, group, convolution.OutputChannels, "output");
            return Fit(
                convolution, new GroupLift2d<T>(
                    group, convolution.InputChannels, outputs, convolution.KernelSize, convolution.Stride, convolution.Padding, convolution.Dilation,
                    convolution.Bias is not null, convolution.PaddingMode));
        }

        /// <summary>The group convolution whose filters are nearest to the convolution's, in the sum of squares; maps c·|G| + g are channel c at element g.</summary>
        /// <exception cref="ArgumentException">The channels are no multiple of the group's order, or the kernel does not fit the group.</exception>
        /// <exception cref="NotSupportedException">Groups of channels, a bias for each position, or a constant other than zero in the padding.</exception>
        public GroupConvolutionFit<GroupConv2d<T>> ToGroupConv2d(PlanarGroup group)
        {
            ArgumentNullException.ThrowIfNull(convolution);
            int outputs = Divided(convolution, group, convolution.OutputChannels, "output");
            int inputs = Divided(convolution, group, convolution.InputChannels, "input");
            return Fit(
                convolution, new GroupConv2d<T>(
                    group, inputs, outputs, convolution.KernelSize, convolution.Stride, convolution.Padding, convolution.Dilation,
                    convolution.Bias is not null, convolution.PaddingMode));
        }
    }

    private static int Divided<T>(Conv2d<T> convolution, PlanarGroup group, int channels, string which)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(group);
        if (convolution.Groups != 1 || convolution.HasBiasPerPosition || convolution.PaddingMode == PaddingMode.Constant && convolution.PaddingValue != 0)
        {
            throw new NotSupportedException(
                $"To a group convolution over {group}: {convolution.Groups} groups of channels, {(convolution.HasBiasPerPosition ? "a bias for each position" : "no bias for each position")}, padding value {convolution.PaddingValue}; it has one group, one bias a channel and zeros.");
        }

        return channels % group.Order == 0 ? channels / group.Order : throw new ArgumentException(
            $"To a group convolution over {group}: {channels} {which} channels; they must be a multiple of the group's {group.Order} elements.", nameof(convolution));
    }

    private static GroupConvolutionFit<TLayer> Fit<T, TLayer>(Conv2d<T> convolution, TLayer layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLayer : GroupConvolution2d<T>
    {
        using (NoGrad.Begin())
        {
            Tensor<T> weights = convolution.Weight.Value;
            double weightResidual = layer.Bank.SetFull(weights.Reshape(layer.Bank.Shape)), biasResidual = 0;
            if (convolution.Bias is { } bias)
            {
                Tensor<T> each = bias.Value.Reshape([layer.OutputChannels, layer.Group.Order]), mean = each.Mean(1);
                layer.Bias!.Parameter.Set(mean);
                biasResidual = Norm(each - mean.Unsqueeze(1));
            }

            return new GroupConvolutionFit<TLayer>(layer, weightResidual, biasResidual, Norm(weights));
        }
    }

    private static double Norm<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Sqrt(double.CreateChecked((x * x).Sum().Item()));
}

/// <summary>A group convolution fitted to a plain one, with the measured distance between the two.</summary>
/// <typeparam name="TLayer">The layer's type.</typeparam>
/// <param name="Layer">The nearest group convolution.</param>
/// <param name="WeightResidual">‖w − w′‖₂ over all filters.</param>
/// <param name="BiasResidual">‖b − b′‖₂ over all biases.</param>
/// <param name="WeightNorm">‖w‖₂, to compare the residual with.</param>
public sealed record GroupConvolutionFit<TLayer>(TLayer Layer, double WeightResidual, double BiasResidual, double WeightNorm);
