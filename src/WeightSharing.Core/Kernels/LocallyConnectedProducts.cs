using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>
/// The locally connected products with the batch innermost: at each position p a small matrix product whose vectors run over the batch
/// (forward, input gradient) or over the patch (weight gradient), so that the weights are streamed once.
/// </summary>
/// <remarks>
/// Chunks are runs of output rows. The patches of neighbouring chunks overlap, so the input gradient runs the even chunks first and the odd
/// ones after; a run is long enough that chunks of one parity touch no common input row.
/// </remarks>
internal unsafe struct LocallyConnectedProducts<T, V, L> : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private enum Product
    {
        Forward,
        InputGradient,
        WeightGradient,
    }

    // Multiply-adds that make a chunk worth its overhead.
    private const long ChunkWork = 1 << 18;

    private ConvolutionGeometry g;
    private Product product;
    private bool accumulate;
    private int padded, outHeight, outWidth, positions, patch, rowsPerChunk, firstChunk, chunkStep;

    // x and dx, y and dy: the gradients' operands have the batch innermost, y is dense.
    private T* x, y, weight, bias;

    public static void Forward(in ConvolutionGeometry g, T* x, T* weight, T* bias, T* y)
    {
        LocallyConnectedProducts<T, V, L> work = Create(g, Product.Forward);
        using Scratch<T> xInner = Scratch<T>.Rent(g.InputLength / g.Batch * work.padded);
        LocallyConnectedBatchLayout<T>.MoveInward(x, g.Batch, g.InputChannels * g.InputPlane, xInner.Pointer, work.padded);
        work.RunAll(xInner.Pointer, weight, bias, y);
    }

    public static void InputGradient(in ConvolutionGeometry g, T* dy, T* weight, T* dx)
    {
        LocallyConnectedProducts<T, V, L> work = Create(g, Product.InputGradient);
        int elements = g.InputChannels * g.InputPlane;
        using Scratch<T> dyInner = Scratch<T>.Rent(g.OutputLength / g.Batch * work.padded);
        using Scratch<T> dxInner = Scratch<T>.Rent((long)elements * work.padded);
        LocallyConnectedBatchLayout<T>.MoveInward(dy, g.Batch, g.OutputChannels * g.OutputPlane, dyInner.Pointer, work.padded);
        for (int i = 0; i < elements; i++) new Span<T>(dxInner.Pointer + (nint)i * work.padded, work.padded).Clear();
        work.RunAll(dxInner.Pointer, weight, null, dyInner.Pointer);
        LocallyConnectedBatchLayout<T>.MoveOutward(dxInner.Pointer, work.padded, elements, dx, g.Batch);
    }

    public static void WeightGradient(in ConvolutionGeometry g, T* x, T* dy, T* dw, bool accumulate)
    {
        LocallyConnectedProducts<T, V, L> work = Create(g, Product.WeightGradient);
        using Scratch<T> xInner = Scratch<T>.Rent(g.InputLength / g.Batch * work.padded);
        using Scratch<T> dyInner = Scratch<T>.Rent(g.OutputLength / g.Batch * work.padded);
        LocallyConnectedBatchLayout<T>.MoveInward(x, g.Batch, g.InputChannels * g.InputPlane, xInner.Pointer, work.padded);
        LocallyConnectedBatchLayout<T>.MoveInward(dy, g.Batch, g.OutputChannels * g.OutputPlane, dyInner.Pointer, work.padded);
        work.accumulate = accumulate;
        work.RunAll(xInner.Pointer, dw, null, dyInner.Pointer);
    }

    public void Run(int chunk)
    {
        int firstRow = (firstChunk + chunk * chunkStep) * rowsPerChunk;
        int first = firstRow * outWidth, end = Math.Min(firstRow + rowsPerChunk, outHeight) * outWidth;
        if (product == Product.Forward) RunForward(first, end);
        else if (product == Product.InputGradient) RunInputGradient(first, end);
        else RunWeightGradient(first, end);
    }

    private static LocallyConnectedProducts<T, V, L> Create(in ConvolutionGeometry g, Product product)
    {
        int height = g.OutputHeight, width = g.OutputWidth;
        // Chunks of one parity are apart when (rows + 1) · stride > (kernel − 1) · dilation.
        int apart = (g.KernelHeight - 1) * g.DilationHeight / g.StrideHeight;
        long rowWork = (long)width * g.OutputChannels * g.PatchSize * g.Batch;
        return new()
        {
            g = g,
            product = product,
            padded = (g.Batch + L.Count - 1) / L.Count * L.Count,
            outHeight = height,
            outWidth = width,
            positions = height * width,
            patch = g.PatchSize,
            rowsPerChunk = (int)Math.Clamp(ChunkWork / rowWork + 1, Math.Max(1, Math.Min(apart, height)), height),
        };
    }

    private void RunAll(T* x, T* weight, T* bias, T* y)
    {
        this.x = x;
        this.weight = weight;
        this.bias = bias;
        this.y = y;
        int chunks = (outHeight + rowsPerChunk - 1) / rowsPerChunk;
        double nanoseconds = g.Work / L.Count;
        chunkStep = product == Product.InputGradient ? 2 : 1;
        for (firstChunk = 0; firstChunk < chunkStep; firstChunk++)
            Parallelism.For((chunks - firstChunk + chunkStep - 1) / chunkStep, ref this, nanoseconds / chunkStep);
    }

    private readonly void RunForward(int first, int end)
    {
        // y[o, p, n] = Σ_taps Σ_c weight[p, o, (c, tap)] · x[c, pixel(p, tap), n]
        int count = end - first, channels = g.OutputChannels;
        using Scratch<T> strip = Scratch<T>.Rent((long)channels * count * padded);
        using Scratch<nint> tables = Scratch<nint>.Rent(2 * g.KernelSize + channels);
        nint* targets = tables.Pointer + 2 * g.KernelSize;
        for (int o = 0; o < channels; o++) targets[o] = (nint)o * count * padded;
        var tile = new LocallyConnectedTile<T, V, L>
        {
            AOffsets = tables.Pointer,
            BOffsets = tables.Pointer + g.KernelSize,
            Inner = g.InputChannels,
            ARow = patch,
            AStep = g.KernelSize,
            BStep = (nint)g.InputPlane * padded,
        };
        for (int p = first; p < end; p++)
        {
            T* target = strip.Pointer + (nint)(p - first) * padded;
            for (int o = 0; o < channels; o++)
                new Span<T>(target + targets[o], padded).Fill(bias == null ? T.Zero : bias[(nint)p * channels + o]);
            tile.Outer = 0;
            for (int tap = 0; tap < g.KernelSize; tap++)
            {
                int pixel = Pixel(p, tap);
                if (pixel < 0) continue;
                tile.AOffsets[tile.Outer] = tap;
                tile.BOffsets[tile.Outer++] = (nint)pixel * padded;
            }

            tile.Run(channels, padded / L.Count, weight + (nint)p * channels * patch, x, target, targets);
        }

        for (int o = 0; o < channels; o++)
        {
            LocallyConnectedLayout<T>.Transpose(
                strip.Pointer + targets[o], padded, count, g.Batch, y + (nint)o * positions + first, (nint)channels * positions);
        }
    }

    private readonly void RunInputGradient(int first, int end)
    {
        // dx[c, pixel(p, tap), n] += Σ_o weight[p, o, (c, tap)] · dy[o, p, n]
        using Scratch<nint> targets = Scratch<nint>.Rent(patch);
        using Scratch<T> unused = Scratch<T>.Rent(padded);
        new Span<T>(unused.Pointer, padded).Clear();
        nint zero = 0;
        var tile = new LocallyConnectedTile<T, V, L>
        {
            Outer = 1,
            AOffsets = &zero,
            BOffsets = &zero,
            Inner = g.OutputChannels,
            ARow = 1,
            AStep = patch,
            BStep = (nint)positions * padded,
        };
        for (int p = first; p < end; p++)
        {
            WritePatch(p, targets.Pointer, unused.Pointer);
            tile.Run(patch, padded / L.Count, weight + (nint)p * g.OutputChannels * patch, y + (nint)p * padded, x, targets.Pointer);
        }
    }

    private readonly void RunWeightGradient(int first, int end)
    {
        // dw[p, o, k] = Σ_n dy[o, p, n] · patch[n, k]
        int channels = g.OutputChannels, paddedPatch = (patch + L.Count - 1) / L.Count * L.Count;
        using Scratch<nint> tables = Scratch<nint>.Rent(patch + channels);
        using Scratch<T> zeros = Scratch<T>.Rent(padded);
        using Scratch<T> patches = Scratch<T>.Rent((long)padded * paddedPatch);
        using Scratch<T> result = Scratch<T>.Rent((long)channels * paddedPatch);
        nint* sources = tables.Pointer, targets = sources + patch;
        new Span<T>(zeros.Pointer, padded).Clear();
        new Span<T>(patches.Pointer, padded * paddedPatch).Clear();
        for (int o = 0; o < channels; o++) targets[o] = (nint)o * paddedPatch;
        nint zero = 0;
        var tile = new LocallyConnectedTile<T, V, L>
        {
            Outer = 1,
            AOffsets = &zero,
            BOffsets = &zero,
            Inner = g.Batch,
            ARow = (nint)positions * padded,
            AStep = 1,
            BStep = paddedPatch,
        };
        for (int p = first; p < end; p++)
        {
            WritePatch(p, sources, zeros.Pointer);
            LocallyConnectedLayout<T>.TransposeRows(x, sources, zeros.Pointer, patch, padded, patches.Pointer, paddedPatch);
            new Span<T>(result.Pointer, channels * paddedPatch).Clear();
            T* dw = weight + (nint)p * channels * patch;
            if (accumulate)
            {
                for (int o = 0; o < channels; o++)
                    ConvolutionPlanes<T, V, L>.Copy(dw + (nint)o * patch, result.Pointer + targets[o], patch);
            }

            tile.Run(channels, paddedPatch / L.Count, y + (nint)p * padded, patches.Pointer, result.Pointer, targets);
            for (int o = 0; o < channels; o++) ConvolutionPlanes<T, V, L>.Copy(result.Pointer + targets[o], dw + (nint)o * patch, patch);
        }
    }

    /// <summary>Distance from x of every patch entry of position p; entries on padding lie at <paramref name="padding"/>.</summary>
    private readonly void WritePatch(int p, nint* offsets, T* padding)
    {
        nint plane = (nint)g.InputPlane * padded, outside = (nint)(padding - x);
        for (int tap = 0; tap < g.KernelSize; tap++)
        {
            int pixel = Pixel(p, tap);
            nint* target = offsets + tap;
            nint offset = pixel < 0 ? outside : (nint)pixel * padded, step = pixel < 0 ? 0 : plane;
            for (int c = 0; c < g.InputChannels; c++, offset += step, target += g.KernelSize) *target = offset;
        }
    }

    /// <summary>The element of an input plane under a tap at position p, or −1 on padding.</summary>
    private readonly int Pixel(int p, int tap)
    {
        int h = p / outWidth * g.StrideHeight + tap / g.KernelWidth * g.DilationHeight - g.PaddingTop;
        int w = p % outWidth * g.StrideWidth + tap % g.KernelWidth * g.DilationWidth - g.PaddingLeft;
        return (uint)h < (uint)g.Height && (uint)w < (uint)g.Width ? h * g.Width + w : -1;
    }
}
