using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using Kernel = WeightSharing.Kernels.LocallyConnected;

namespace WeightSharing.Tensors;

/// <summary>Convolution without sharing: every position has a filter of its own.</summary>
public static class LocallyConnectedOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[n, o, p] = b[p, o] + Σ_q w[p, o, q]·patch[n, q, p]
        /// <summary>Locally connected map of images: [N, Cin, H, W] → [N, Cout, outH, outW].</summary>
        /// <param name="weight">[outH·outW, Cout, Cin·kH·kW]: positions row-major, the patch in (Cin, kH, kW) order.</param>
        /// <param name="bias">[outH·outW, Cout], or null.</param>
        /// <param name="kernel">Extent of a patch.</param>
        /// <param name="stride">Step between patches; null is 1.</param>
        /// <param name="padding">Zeros around the input.</param>
        /// <param name="dilation">Step between the taps of a patch; null is 1.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, or the kernel is larger than the padded input.</exception>
        public Tensor<T> LocallyConnected2d(
            Tensor<T> weight, Tensor<T>? bias, Size2 kernel, Size2? stride = null, Padding2d padding = default, Size2? dilation = null)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            return Run(x, weight, bias, kernel, stride ?? 1, padding, dilation ?? 1, "LocallyConnected2d");
        }

        /// <summary>Locally connected map of sequences: [N, Cin, L] → [N, Cout, outL].</summary>
        /// <param name="weight">[outL, Cout, Cin·k].</param>
        /// <param name="bias">[outL, Cout], or null.</param>
        /// <param name="kernel">Length of a patch.</param>
        /// <param name="stride">Step between patches.</param>
        /// <param name="padding">Zeros on the left and on the right.</param>
        /// <param name="dilation">Step between the taps of a patch.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, or the kernel is larger than the padded input.</exception>
        public Tensor<T> LocallyConnected1d(Tensor<T> weight, Tensor<T>? bias, int kernel, int stride = 1, Padding1d padding = default, int dilation = 1)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            if (x.Rank != 3 || weight.Rank != 3)
            {
                throw new ArgumentException($"LocallyConnected1d: input {x.Shape} with weight {weight.Shape}; expected input [N, Cin, L] and weight [outL, Cout, Cin·k].");
            }

            return Run(x.Unsqueeze(2), weight, bias, (1, kernel), (1, stride), padding.AsRow(), (1, dilation), "LocallyConnected1d").Squeeze(2);
        }
    }

    private static Tensor<T> Run<T>(
        Tensor<T> x, Tensor<T> weight, Tensor<T>? bias, Size2 kernel, Size2 stride, Padding2d padding, Size2 dilation, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Rank != 4 || weight.Rank != 3)
        {
            throw new ArgumentException($"{operation}: input {x.Shape} with weight {weight.Shape}; expected input [N, Cin, H, W] and weight [outH·outW, Cout, Cin·kH·kW].");
        }

        int patch = x.Shape[1] * kernel.Area, outputs = weight.Shape[1];
        ConvolutionGeometry geometry = ConvolutionOperation.Geometry<T>(
            operation, x.Shape, [outputs, x.Shape[1], kernel.Height, kernel.Width], null, stride, padding, dilation, 1);
        int positions = geometry.OutputPlane;
        if (weight.Shape[0] != positions || weight.Shape[2] != patch)
        {
            throw new ArgumentException(
                $"{operation}: weight {weight.Shape} does not fit input {ConvolutionOperation.Given(operation, x.Shape)} with kernel {ConvolutionOperation.Given(operation, kernel)}; it must be [{geometry.OutputHeight}·{geometry.OutputWidth}, Cout, {x.Shape[1]}·{kernel.Height}·{kernel.Width}] = [{positions}, Cout, {patch}].");
        }

        if (bias is not null && bias.Shape != new Shape(positions, outputs))
        {
            throw new ArgumentException($"{operation}: bias {bias.Shape} does not fit weight {weight.Shape}; it must be [{positions}, {outputs}].");
        }

        Tensor<T> y = Tensor<T>.Uninitialized([geometry.Batch, outputs, geometry.OutputHeight, geometry.OutputWidth], operation);
        Kernel.Forward(geometry, x.DenseSpan(), weight.DenseSpan(), bias is null ? default : bias.DenseSpan(), y.Buffer);
        return Graph.Records(x, weight, bias) ? y.From(new LocallyConnectedNode<T>(x, weight, bias, new LocallyConnectedMap<T>(geometry, operation))) : y;
    }

    private sealed class LocallyConnectedNode<T>(Tensor<T> x, Tensor<T> weight, Tensor<T>? bias, LocallyConnectedMap<T> map)
        : Node<T>(bias is null ? [x, weight] : [x, weight, bias])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x), weight = new(weight);

        public override string Name => map.Operation;

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (!to.IsDifferentiable)
            {
                map.AddGradients(to.Wants(1) ? Recall(x) : null, dy, to.Wants(0) ? Recall(weight) : null, to);
                return;
            }

            if (to.Wants(0)) to.Add(0, map.ApplyLeftAdjoint(dy, Recall(weight)));
            if (to.Wants(1)) to.Add(1, map.ApplyRightAdjoint(Recall(x), dy));
            // ∂b[p, o] += Σ_n ∂y[n, o, p]
            if (to.Wants(2)) to.Add(2, dy.Sum([0]).Reshape([dy.Shape[1], dy.Shape[2] * dy.Shape[3]]).Transpose());
        }
    }

    private sealed class LocallyConnectedMap<T>(ConvolutionGeometry geometry, string operation) : BilinearMap<T>(operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public string Operation => Name;

        /// <summary>In one pass and without recording: ∂x where the weight is given, ∂w where x is, and ∂b where it is wanted.</summary>
        public void AddGradients(Tensor<T>? x, Tensor<T> dy, Tensor<T>? weight, GradientSink to)
        {
            ConvolutionGeometry g = geometry;
            Tensor<T>? dx = null, dw = null, db = null;
            if (weight is not null) dx = to.Reserve(0, x, dy, weight) ?? Tensor<T>.Uninitialized([g.Batch, g.InputChannels, g.Height, g.Width], Name);
            if (x is not null) dw = to.Reserve(1, x, dy, weight) ?? Tensor<T>.Uninitialized([g.OutputPlane, g.OutputChannels, g.PatchSize], Name);
            if (to.Wants(2)) db = to.Reserve(2, x, dy, weight) ?? Tensor<T>.Uninitialized([g.OutputPlane, g.OutputChannels], Name);
            Kernel.Gradients(
                g, x is null ? default : x.DenseSpan(), dy.DenseSpan(), weight is null ? default : weight.DenseSpan(),
                dx is null ? default : dx.Buffer, dw is null ? default : dw.Buffer, db is null ? default : db.Buffer);
            if (dx is not null) to.Add(0, dx);
            if (dw is not null) to.Add(1, dw);
            if (db is not null) to.Add(2, db);
        }

        protected override Tensor<T> Forward(Tensor<T> a, Tensor<T> b)
        {
            Tensor<T> y = Tensor<T>.Uninitialized([geometry.Batch, geometry.OutputChannels, geometry.OutputHeight, geometry.OutputWidth], Name);
            Kernel.Forward(geometry, a.DenseSpan(), b.DenseSpan(), default, y.Buffer);
            return y;
        }

        // ∂patch[n, q, p] += Σ_o w[p, o, q]·∂y[n, o, p]
        protected override Tensor<T> LeftAdjoint(Tensor<T> y, Tensor<T> b)
        {
            Tensor<T> x = Tensor<T>.Uninitialized([geometry.Batch, geometry.InputChannels, geometry.Height, geometry.Width], Name);
            Kernel.InputGradient(geometry, y.DenseSpan(), b.DenseSpan(), x.Buffer);
            return x;
        }

        // ∂w[p, o, q] += Σ_n ∂y[n, o, p]·patch[n, q, p]
        protected override Tensor<T> RightAdjoint(Tensor<T> a, Tensor<T> y)
        {
            Tensor<T> w = Tensor<T>.Uninitialized([geometry.OutputPlane, geometry.OutputChannels, geometry.PatchSize], Name);
            Kernel.WeightGradient(geometry, a.DenseSpan(), y.DenseSpan(), w.Buffer, accumulate: false);
            return w;
        }
    }
}
