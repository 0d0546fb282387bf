using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>The three products of <see cref="Convolution"/> as plain loops: the definition that every variant is tested against.</summary>
internal static class ConvolutionReference
{
    public static void Forward<T>(
        in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int outHeight = g.OutputHeight, outWidth = g.OutputWidth, channels = g.InputChannelsPerGroup;
        for (int n = 0; n < g.Batch; n++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                int firstChannel = o / g.OutputChannelsPerGroup * channels;
                for (int i = 0; i < outHeight; i++)
                {
                    for (int j = 0; j < outWidth; j++)
                    {
                        T sum = bias.IsEmpty ? T.Zero : bias[o];
                        for (int c = 0; c < channels; c++)
                        {
                            int plane = (n * g.InputChannels + firstChannel + c) * g.InputPlane;
                            for (int u = 0; u < g.KernelHeight; u++)
                            {
                                int h = i * g.StrideHeight + u * g.DilationHeight - g.PaddingTop;
                                if ((uint)h >= (uint)g.Height) continue;
                                for (int v = 0; v < g.KernelWidth; v++)
                                {
                                    int w = j * g.StrideWidth + v * g.DilationWidth - g.PaddingLeft;
                                    if ((uint)w >= (uint)g.Width) continue;
                                    int index = ((o * channels + c) * g.KernelHeight + u) * g.KernelWidth + v;
                                    sum += weight[index] * x[plane + h * g.Width + w];
                                }
                            }
                        }

                        y[((n * g.OutputChannels + o) * outHeight + i) * outWidth + j] = sum;
                    }
                }
            }
        }
    }

    /// <summary>max(0, y) in place; NaN stays.</summary>
    public static void Relu<T>(Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref T value in y)
        {
            if (value < T.Zero) value = T.Zero;
        }
    }

    public static void InputGradient<T>(in ConvolutionGeometry g, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dx.Clear();
        int outHeight = g.OutputHeight, outWidth = g.OutputWidth, channels = g.InputChannelsPerGroup;
        for (int n = 0; n < g.Batch; n++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                int firstChannel = o / g.OutputChannelsPerGroup * channels;
                for (int c = 0; c < channels; c++)
                {
                    int plane = (n * g.InputChannels + firstChannel + c) * g.InputPlane;
                    for (int u = 0; u < g.KernelHeight; u++)
                    {
                        for (int v = 0; v < g.KernelWidth; v++)
                        {
                            T factor = weight[((o * channels + c) * g.KernelHeight + u) * g.KernelWidth + v];
                            for (int i = 0; i < outHeight; i++)
                            {
                                int h = i * g.StrideHeight + u * g.DilationHeight - g.PaddingTop;
                                if ((uint)h >= (uint)g.Height) continue;
                                for (int j = 0; j < outWidth; j++)
                                {
                                    int w = j * g.StrideWidth + v * g.DilationWidth - g.PaddingLeft;
                                    if ((uint)w >= (uint)g.Width) continue;
                                    dx[plane + h * g.Width + w] += factor * dy[((n * g.OutputChannels + o) * outHeight + i) * outWidth + j];
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    public static void WeightGradient<T>(in ConvolutionGeometry g, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int outHeight = g.OutputHeight, outWidth = g.OutputWidth, channels = g.InputChannelsPerGroup;
        for (int o = 0; o < g.OutputChannels; o++)
        {
            int firstChannel = o / g.OutputChannelsPerGroup * channels;
            for (int c = 0; c < channels; c++)
            {
                for (int u = 0; u < g.KernelHeight; u++)
                {
                    for (int v = 0; v < g.KernelWidth; v++)
                    {
                        T sum = T.Zero;
                        for (int n = 0; n < g.Batch; n++)
                        {
                            int plane = (n * g.InputChannels + firstChannel + c) * g.InputPlane;
                            for (int i = 0; i < outHeight; i++)
                            {
                                int h = i * g.StrideHeight + u * g.DilationHeight - g.PaddingTop;
                                if ((uint)h >= (uint)g.Height) continue;
                                for (int j = 0; j < outWidth; j++)
                                {
                                    int w = j * g.StrideWidth + v * g.DilationWidth - g.PaddingLeft;
                                    if ((uint)w >= (uint)g.Width) continue;
                                    sum += dy[((n * g.OutputChannels + o) * outHeight + i) * outWidth + j] * x[plane + h * g.Width + w];
                                }
                            }
                        }

                        int index = ((o * channels + c) * g.KernelHeight + u) * g.KernelWidth + v;
                        dw[index] = accumulate ? dw[index] + sum : sum;
                    }
                }
            }
        }
    }
}
