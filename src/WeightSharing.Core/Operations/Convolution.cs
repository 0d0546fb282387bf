using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using Kernel = WeightSharing.Kernels.Convolution;

namespace WeightSharing.Tensors;

/// <summary>Cross-correlations in one and two dimensions, zero-padded; other paddings are a <c>Pad</c> before.</summary>
public static class ConvolutionOperation
{
    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y[n, o, p] = b[o] + Σ_{c, k} w[o, c, k]·x[n, c, stride·p + dilation·k − padding]
        /// <summary>Cross-correlation of images: [N, Cin, H, W] → [N, Cout, outH, outW]; of one image: [Cin, H, W] → [Cout, outH, outW].</summary>
        /// <param name="weight">[Cout, Cin / groups, kH, kW].</param>
        /// <param name="bias">[Cout], or null.</param>
        /// <param name="stride">Step between windows; null is 1.</param>
        /// <param name="padding">Zeros around the input.</param>
        /// <param name="dilation">Step between the taps of a window; null is 1.</param>
        /// <param name="groups">Groups of channels that do not see each other.</param>
        /// <param name="algorithm">How it may be computed.</param>
        /// <param name="relu">True for max(0, ·) of the result in the same pass.</param>
        /// <param name="maxPool">Extent of the windows, side by side, of which only the maximum is wanted, as by <c>MaxPool2d(maxPool)</c>; 1 for all of the result.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, or the kernel is larger than the padded input.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A step or an extent is below 1.</exception>
        public Tensor<T> Conv2d(
            Tensor<T> weight, Tensor<T>? bias = null, Size2? stride = null, Padding2d padding = default, Size2? dilation = null, int groups = 1,
            ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.Automatic, bool relu = false, int maxPool = 1)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            if (x.Rank == 3 && weight.Rank == 4)
            {
                return x.Unsqueeze(0).Conv2d(weight, bias, stride, padding, dilation, groups, algorithm, relu, maxPool).Squeeze(0);
            }

            if (x.Rank != 4 || weight.Rank != 4)
            {
                throw new ArgumentException($"Conv2d: input {x.Shape} with weight {weight.Shape}; expected input [N, Cin, H, W] and weight [Cout, Cin/groups, kH, kW].");
            }

            ConvolutionGeometry geometry = Geometry("Conv2d", x.Shape, weight.Shape, bias, stride ?? 1, padding, dilation ?? 1, groups);
            if (maxPool < 1) throw new ArgumentOutOfRangeException(nameof(maxPool), $"Conv2d: windows of {maxPool}; they must be at least 1.");

            ConvolutionOptions options = OptionsOf(algorithm) with { Relu = relu };
            if (maxPool > 1 && Graph.Records(x, weight, bias))
            {
                // The gradient asks where each maximum came from. Cutting off keeps the order of values, so behind the windows it gives the same, of fewer
                // elements, and the larger tensor need neither be kept for the gradient nor have a gradient before and one behind.
                Tensor<T> maxima = Run(x, weight, bias, geometry, "Conv2d", options with { Relu = false }).MaxPool2d(maxPool);
                return relu ? maxima.Relu() : maxima;
            }

            bool pools = maxPool == 2 && Kernel.FusesPooling<T>(Simd.Chosen, geometry, options);
            Tensor<T> y = Run(x, weight, bias, geometry, "Conv2d", options with { Pool = pools });
            return pools || maxPool == 1 ? y : y.MaxPool2d(maxPool);
        }

        /// <summary>Cross-correlation of sequences: [N, Cin, L] → [N, Cout, outL]; of one sequence: [Cin, L] → [Cout, outL].</summary>
        /// <param name="weight">[Cout, Cin / groups, k].</param>
        /// <param name="bias">[Cout], or null.</param>
        /// <param name="stride">Step between windows.</param>
        /// <param name="padding">Zeros on the left and on the right.</param>
        /// <param name="dilation">Step between the taps of a window.</param>
        /// <param name="groups">Groups of channels that do not see each other.</param>
        /// <param name="relu">True for max(0, ·) of the result in the same pass.</param>
        /// <exception cref="ArgumentException">The shapes do not fit, or the kernel is larger than the padded input.</exception>
        public Tensor<T> Conv1d(
            Tensor<T> weight, Tensor<T>? bias = null, int stride = 1, Padding1d padding = default, int dilation = 1, int groups = 1, bool relu = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            if (x.Rank == 2 && weight.Rank == 3) return x.Unsqueeze(0).Conv1d(weight, bias, stride, padding, dilation, groups, relu).Squeeze(0);
            if (x.Rank != 3 || weight.Rank != 3)
            {
                throw new ArgumentException($"Conv1d: input {x.Shape} with weight {weight.Shape}; expected input [N, Cin, L] and weight [Cout, Cin/groups, k].");
            }

            // A sequence is an image of one row: the same kernels serve both.
            ConvolutionGeometry geometry = Geometry(
                "Conv1d", x.Shape.Insert(2, 1), weight.Shape.Insert(2, 1), bias, (1, stride), padding.AsRow(), (1, dilation), groups);
            return Run(x.Unsqueeze(2), weight.Unsqueeze(2), bias, geometry, "Conv1d", new ConvolutionOptions(Relu: relu)).Squeeze(2);
        }
    }

    internal static ConvolutionGeometry Geometry<T>(
        string operation, in Shape x, in Shape weight, Tensor<T>? bias, Size2 stride, Padding2d padding, Size2 dilation, int groups)
        where T : unmanaged
    {
        RequireSteps(operation, stride, dilation);
        if (groups < 1) throw new ArgumentOutOfRangeException(nameof(groups), $"{operation}: {groups} groups; there must be at least 1.");
        if (x[1] != weight[1] * groups || weight[0] % groups != 0)
        {
            throw new ArgumentException(
                $"{operation}: channels do not fit: input {Given(operation, x)} with weight {Given(operation, weight)} in {groups} groups; the input needs {weight[1]} · {groups} = {weight[1] * groups} channels, and {groups} must divide the {weight[0]} output channels.");
        }

        if (bias is not null && bias.Shape != weight[0])
        {
            throw new ArgumentException($"{operation}: bias {bias.Shape} does not fit weight {Given(operation, weight)}; it must be [{weight[0]}].");
        }

        padding = padding.Resolve((weight[2], weight[3]), dilation);
        RequireRoom(operation, x, (weight[2], weight[3]), dilation, padding);
        return new ConvolutionGeometry
        {
            Batch = x[0],
            InputChannels = x[1],
            Height = x[2],
            Width = x[3],
            OutputChannels = weight[0],
            KernelHeight = weight[2],
            KernelWidth = weight[3],
            StrideHeight = stride.Height,
            StrideWidth = stride.Width,
            DilationHeight = dilation.Height,
            DilationWidth = dilation.Width,
            PaddingTop = padding.Top,
            PaddingBottom = padding.Bottom,
            PaddingLeft = padding.Left,
            PaddingRight = padding.Right,
            Groups = groups,
        };
    }

    /// <summary>Refuses steps between windows or taps that are not positive.</summary>
    internal static void RequireSteps(string operation, Size2 stride, Size2 dilation)
    {
        if (stride.Height < 1 || stride.Width < 1) throw new ArgumentOutOfRangeException(nameof(stride), $"{operation}: stride {Given(operation, stride)}; it must be at least 1.");
        if (dilation.Height < 1 || dilation.Width < 1) throw new ArgumentOutOfRangeException(nameof(dilation), $"{operation}: dilation {Given(operation, dilation)}; it must be at least 1.");
    }

    /// <summary>Refuses a dilated kernel that is larger than the padded input.</summary>
    internal static void RequireRoom(string operation, in Shape x, Size2 kernel, Size2 dilation, Padding2d padding)
    {
        if (kernel.Height < 1 || kernel.Width < 1) throw new ArgumentOutOfRangeException(nameof(kernel), $"{operation}: kernel {Given(operation, kernel)}; it must be at least 1.");
        int height = x[2] + padding.Top + padding.Bottom, width = x[3] + padding.Left + padding.Right;
        int reachHeight = dilation.Height * (kernel.Height - 1) + 1, reachWidth = dilation.Width * (kernel.Width - 1) + 1;
        if (reachHeight > height || reachWidth > width)
        {
            throw new ArgumentException(
                $"{operation}: the kernel {Given(operation, kernel)} with dilation {Given(operation, dilation)} covers {Given(operation, new Size2(reachHeight, reachWidth))}, "
                + $"more than the padded input {Given(operation, new Size2(height, width))} (input {Given(operation, x)}, padding {Given(operation, padding)}); pad more or use a smaller kernel.");
        }
    }

    /// <summary>A shape as the caller of an operation on sequences gave it: inside, a sequence is an image of one row.</summary>
    internal static string Given(string operation, in Shape shape) => OfSequences(operation) ? shape.Without(2).ToString() : shape.ToString();

    /// <inheritdoc cref="Given(string, in Shape)"/>
    internal static string Given(string operation, Size2 size) => OfSequences(operation) ? $"{size.Width}" : size.ToString();

    /// <inheritdoc cref="Given(string, in Shape)"/>
    internal static string Given(string operation, Padding2d padding) =>
        OfSequences(operation) ? $"left {padding.Left}, right {padding.Right}" : padding.ToString();

    private static bool OfSequences(string operation) => operation.EndsWith("1d", StringComparison.Ordinal);

    internal static ConvolutionOptions OptionsOf(ConvolutionAlgorithm algorithm) => new(Direct: algorithm == ConvolutionAlgorithm.Direct);

    private static Tensor<T> Run<T>(
        Tensor<T> x, Tensor<T> weight, Tensor<T>? bias, in ConvolutionGeometry geometry, string operation, ConvolutionOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int scale = options.Pool ? 2 : 1;
        Tensor<T> y = Tensor<T>.Uninitialized(
            [geometry.Batch, geometry.OutputChannels, geometry.OutputHeight / scale, geometry.OutputWidth / scale], operation);
        bool records = Graph.Records(x, weight, bias);
        if (records) ConvolutionFilters<T>.Forget(weight);
        Kernel.Forward(
            Simd.Chosen, geometry, x.DenseSpan(), weight.DenseSpan(), bias is null ? default : bias.DenseSpan(), y.Buffer, options,
            records ? default : ConvolutionFilters<T>.Of(weight, geometry, isForward: true, options));
        if (!records) return y;
        var map = new ConvolutionMap<T>(geometry, operation, new ConvolutionOptions(options.Direct));
        return y.From(new ConvolutionNode<T>(x, weight, bias, map, options.Relu ? y : null));
    }

    // The result is kept where what is negative was cut off: it says where.
    private sealed class ConvolutionNode<T>(Tensor<T> x, Tensor<T> weight, Tensor<T>? bias, ConvolutionMap<T> map, Tensor<T>? cut)
        : Node<T>(bias is null ? [x, weight] : [x, weight, bias])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x), weight = new(weight);
        private readonly Saved<T>? cut = cut is null ? null : new(cut);

        public override string Name => map.Operation;

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            if (cut is not null) dy = ReluOperation.Gradient(dy, Recall(cut.Value), to.IsDifferentiable, Name);
            if (!to.IsDifferentiable && map.FusesGradients && (to.Wants(0) || to.Wants(1)))
            {
                Tensor<T>? input = to.Wants(1) ? Recall(x) : null, filters = to.Wants(0) ? Recall(weight) : null;
                (Tensor<T>? dx, Tensor<T>? dw, Tensor<T>? db) = map.Gradients(input, dy, filters, to.Wants(2), to.Reserve(0, input, dy, filters));
                if (dx is not null) to.Give(0, dx);
                if (dw is not null) to.Give(1, dw);
                if (db is not null) to.Give(2, db);
                return;
            }

            if (to.IsDifferentiable)
            {
                if (to.Wants(0)) to.Add(0, map.ApplyLeftAdjoint(dy, Recall(weight)));
                if (to.Wants(1)) to.Add(1, map.ApplyRightAdjoint(Recall(x), dy));
            }
            else
            {
                if (to.Wants(0)) to.Add(0, map.LeftAdjoint(dy, Recall(weight), to.Reserve(0, dy, Recall(weight))));
                if (to.Wants(1)) to.Add(1, map.RightAdjoint(Recall(x), dy, to.Reserve(1, Recall(x), dy)));
            }

            // ∂b[o] += Σ_{n, p} ∂y[n, o, p]
            if (to.Wants(2)) to.Add(2, dy.Sum([2, 3]).Sum(0));
        }
    }

    /// <summary>
    /// The cross-correlation without bias as a bilinear map of input and weight, of a fixed geometry; one that is not recorded may use kept filters.
    /// </summary>
    internal sealed class ConvolutionMap<T>(ConvolutionGeometry geometry, string operation, ConvolutionOptions options, bool isRecorded = true) : BilinearMap<T>(operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public string Operation => Name;

        /// <summary>True when all gradients are to be had in one pass.</summary>
        public bool FusesGradients => Kernel.FusesGradients<T>(Simd.Chosen, geometry);

        /// <summary>In one pass and without recording: ∂x where the weight is given, ∂w where x is, and ∂b.</summary>
        public (Tensor<T>? Dx, Tensor<T>? Dw, Tensor<T>? Db) Gradients(
            Tensor<T>? x, Tensor<T> dy, Tensor<T>? weight, bool ofBias, Tensor<T>? inputRoom)
        {
            ConvolutionGeometry g = geometry;
            Tensor<T>? dx = weight is null ? null : inputRoom ?? Tensor<T>.Uninitialized([g.Batch, g.InputChannels, g.Height, g.Width], Name);
            Tensor<T>? dw = x is null ? null : Tensor<T>.Uninitialized([g.OutputChannels, g.InputChannelsPerGroup, g.KernelHeight, g.KernelWidth], Name);
            Tensor<T>? db = ofBias ? Tensor<T>.Uninitialized([g.OutputChannels], Name) : null;
            Kernel.Gradients(
                Simd.Chosen, g, x is null ? default : x.DenseSpan(), dy.DenseSpan(), weight is null ? default : weight.DenseSpan(),
                dx is null ? default : dx.Buffer, dw is null ? default : dw.Buffer, db is null ? default : db.Buffer);
            return (dx, dw, db);
        }

        protected override Tensor<T> Forward(Tensor<T> a, Tensor<T> b)
        {
            Tensor<T> y = Tensor<T>.Uninitialized([geometry.Batch, geometry.OutputChannels, geometry.OutputHeight, geometry.OutputWidth], Name);
            Kernel.Forward(geometry, a.DenseSpan(), b.DenseSpan(), default, y.Buffer, options);
            return y;
        }

        // ∂x[n, c, i] += Σ_{o, k} w[o, c, k]·∂y[n, o, p]   with i = stride·p + dilation·k − padding
        protected override Tensor<T> LeftAdjoint(Tensor<T> y, Tensor<T> b) => LeftAdjoint(y, b, null);

        // ∂w[o, c, k] += Σ_{n, p} ∂y[n, o, p]·x[n, c, i]
        protected override Tensor<T> RightAdjoint(Tensor<T> a, Tensor<T> y) => RightAdjoint(a, y, null);

        /// <summary>The left adjoint, computed in a buffer of its shape where one is given.</summary>
        public Tensor<T> LeftAdjoint(Tensor<T> y, Tensor<T> b, Tensor<T>? room)
        {
            Tensor<T> x = room ?? Tensor<T>.Uninitialized([geometry.Batch, geometry.InputChannels, geometry.Height, geometry.Width], Name);
            Kernel.InputGradient(
                Simd.Chosen, geometry, y.DenseSpan(), b.DenseSpan(), x.Buffer, options,
                isRecorded ? default : ConvolutionFilters<T>.Of(b, geometry, isForward: false, options));
            return x;
        }

        /// <summary>The right adjoint, computed in a buffer of its shape where one is given.</summary>
        public Tensor<T> RightAdjoint(Tensor<T> a, Tensor<T> y, Tensor<T>? room)
        {
            Tensor<T> w = room ?? Tensor<T>.Uninitialized(
                [geometry.OutputChannels, geometry.InputChannelsPerGroup, geometry.KernelHeight, geometry.KernelWidth], Name);
            Kernel.WeightGradient(geometry, a.DenseSpan(), y.DenseSpan(), w.Buffer, accumulate: false, options);
            return w;
        }
    }
}
