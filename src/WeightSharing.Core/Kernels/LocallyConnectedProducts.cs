using System.Numerics;
using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>
/// The locally connected products with the batch innermost: at each position p a small matrix product whose vectors run over the batch
/// (forward, input gradient) or over the patch (weight gradient), so that the weights are streamed once.
/// </summary>
/// <remarks>
/// Images are turned into [pixel, channel, n], so that what a position needs lies together. Chunks are runs of output rows. The patches of neighbouring
/// chunks overlap, so the input gradient runs the even chunks first and the odd ones after; a run is long enough that chunks of one parity touch no
/// common input row.
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
    private int padded, outHeight, outWidth, positions, patch, inputs, outputs, rowsPerChunk, firstChunk, chunkStep;

    // x and dx, y and dy: all but y have the batch innermost.
    private T* x, y, weight, bias;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(in ConvolutionGeometry g, T* x, T* weight, T* bias, T* y)
    {
        LocallyConnectedProducts<T, V, L> work = Create(g);
        using Scratch<T> xInner = Scratch<T>.Rent(g.InputLength / g.Batch * work.padded);
        LocallyConnectedBatchLayout<T>.MoveInward(x, g.Batch, g.InputChannels, g.InputPlane, xInner.Pointer, work.padded);
        work.RunAll(Product.Forward, xInner.Pointer, weight, bias, y);
    }

    /// <summary>Whatever is not null of dx, dw and db[p, o] = Σ_n dy[n, o, p].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradients(in ConvolutionGeometry g, T* x, T* dy, T* weight, T* dx, T* dw, T* db, bool accumulate)
    {
        LocallyConnectedProducts<T, V, L> work = Create(g);
        using Scratch<T> dyInner = Scratch<T>.Rent(g.OutputLength / g.Batch * work.padded);
        using Scratch<T> xInner = Scratch<T>.Rent(g.InputLength / g.Batch * work.padded);
        LocallyConnectedBatchLayout<T>.MoveInward(dy, g.Batch, g.OutputChannels, g.OutputPlane, dyInner.Pointer, work.padded);
        if (dw != null)
        {
            LocallyConnectedBatchLayout<T>.MoveInward(x, g.Batch, g.InputChannels, g.InputPlane, xInner.Pointer, work.padded);
            work.accumulate = accumulate;
            work.RunAll(Product.WeightGradient, xInner.Pointer, dw, db, dyInner.Pointer);
        }

        if (dw == null && db != null) work.SumBatch(dyInner.Pointer, db);
        if (dx == null) return;
        new Span<T>(xInner.Pointer, g.InputChannels * g.InputPlane * work.padded).Clear();
        work.RunAll(Product.InputGradient, xInner.Pointer, weight, null, dyInner.Pointer);
        LocallyConnectedBatchLayout<T>.MoveOutward(xInner.Pointer, work.padded, g.InputChannels, g.InputPlane, dx, g.Batch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        int firstRow = (firstChunk + chunk * chunkStep) * rowsPerChunk, endRow = Math.Min(firstRow + rowsPerChunk, outHeight);
        if (product == Product.Forward) RunForward(firstRow, endRow);
        else if (product == Product.InputGradient) RunInputGradient(firstRow, endRow);
        else RunWeightGradient(firstRow, endRow);
    }

    private static LocallyConnectedProducts<T, V, L> Create(in ConvolutionGeometry g)
    {
        int height = g.OutputHeight, width = g.OutputWidth;
        // Chunks of one parity are apart when (rows + 1) · stride > (kernel − 1) · dilation.
        int apart = (g.KernelHeight - 1) * g.DilationHeight / g.StrideHeight;
        long rowWork = (long)width * g.OutputChannels * g.PatchSize * g.Batch;
        return new()
        {
            g = g,
            padded = (g.Batch + L.Count - 1) / L.Count * L.Count,
            outHeight = height,
            outWidth = width,
            positions = height * width,
            patch = g.PatchSize,
            inputs = g.InputChannels,
            outputs = g.OutputChannels,
            rowsPerChunk = (int)Math.Clamp(ChunkWork / rowWork + 1, Math.Max(1, Math.Min(apart, height)), height),
        };
    }

    private void RunAll(Product product, T* x, T* weight, T* bias, T* y)
    {
        this.product = product;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunForward(int firstRow, int endRow)
    {
        // y[p, o, n] = Σ_taps Σ_c weight[p, o, (c, tap)] · x[pixel(p, tap), c, n]
        int first = firstRow * outWidth, count = endRow * outWidth - first;
        using Scratch<T> strip = Scratch<T>.Rent((long)outputs * count * padded);
        using Scratch<nint> tables = Scratch<nint>.Rent(2 * g.KernelSize + outputs);
        nint* targets = tables.Pointer + 2 * g.KernelSize;
        for (int o = 0; o < outputs; o++) targets[o] = (nint)o * count * padded;
        var tile = new LocallyConnectedTile<T, V, L>
        {
            AOffsets = tables.Pointer,
            BOffsets = tables.Pointer + g.KernelSize,
            Inner = inputs,
            ARow = patch,
            AStep = g.KernelSize,
            BStep = padded,
        };
        T* target = strip.Pointer, filters = weight + (nint)first * outputs * patch, biases = bias == null ? null : bias + (nint)first * outputs;
        var window = new LocallyConnectedWindow(g);
        for (int i = firstRow; i < endRow; i++)
        {
            window.MoveToRow(i);
            for (int j = 0; j < outWidth; j++, target += padded, filters += outputs * patch)
            {
                if (window.MoveToColumn(j)) tile.Outer = window.WriteTaps(tile.AOffsets, tile.BOffsets, inputs * padded);
                Simd.Prefetch(filters + outputs * patch, PrefetchBytes);
                for (int o = 0; o < outputs; o++) ConvolutionPlanes<T, V, L>.Fill(target + targets[o], padded, biases == null ? T.Zero : biases[o]);
                if (biases != null) biases += outputs;
                tile.Run(outputs, padded / L.Count, filters, x + window.Origin * inputs * padded, target, targets);
            }
        }

        for (int o = 0; o < outputs; o++)
            LocallyConnectedLayout<T>.Transpose(strip.Pointer + targets[o], padded, count, g.Batch, y + (nint)o * positions + first, (nint)outputs * positions);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunInputGradient(int firstRow, int endRow)
    {
        // dx[pixel(p, tap), c, n] += Σ_o weight[p, o, (c, tap)] · dy[p, o, n]
        using Scratch<nint> targets = Scratch<nint>.Rent(patch);
        using Scratch<T> unused = Scratch<T>.Rent(padded);
        new Span<T>(unused.Pointer, padded).Clear();
        nint zero = 0, pixel = (nint)inputs * padded, position = (nint)firstRow * outWidth;
        var tile = new LocallyConnectedTile<T, V, L>
        {
            Outer = 1,
            AOffsets = &zero,
            BOffsets = &zero,
            Inner = outputs,
            ARow = 1,
            AStep = patch,
            BStep = padded,
        };
        T* filters = weight + position * outputs * patch, dy = y + position * outputs * padded;
        var window = new LocallyConnectedWindow(g);
        for (int i = firstRow; i < endRow; i++)
        {
            window.MoveToRow(i);
            for (int j = 0; j < outWidth; j++, filters += outputs * patch, dy += outputs * padded)
            {
                T* origin = x + window.OriginAt(j) * pixel;
                if (window.MoveToColumn(j) || !window.IsWhole) window.WritePatch(targets.Pointer, inputs, pixel, padded, (nint)(unused.Pointer - origin));
                Simd.Prefetch(filters + outputs * patch, PrefetchBytes);
                tile.Run(patch, padded / L.Count, filters, dy, origin, targets.Pointer);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunWeightGradient(int firstRow, int endRow)
    {
        // dw[p, o, k] = Σ_n dy[p, o, n] · patch[n, k]
        int paddedPatch = (patch + L.Count - 1) / L.Count * L.Count;
        using Scratch<nint> tables = Scratch<nint>.Rent(patch + outputs);
        using Scratch<T> zeros = Scratch<T>.Rent(padded);
        using Scratch<T> patches = Scratch<T>.Rent((long)padded * paddedPatch);
        using Scratch<T> result = Scratch<T>.Rent((long)outputs * paddedPatch);
        nint* sources = tables.Pointer, targets = sources + patch;
        new Span<T>(zeros.Pointer, padded).Clear();
        new Span<T>(patches.Pointer, padded * paddedPatch).Clear();
        for (int o = 0; o < outputs; o++) targets[o] = (nint)o * paddedPatch;
        nint zero = 0, pixel = (nint)inputs * padded, position = (nint)firstRow * outWidth;
        var tile = new LocallyConnectedTile<T, V, L>
        {
            Outer = 1,
            AOffsets = &zero,
            BOffsets = &zero,
            Inner = g.Batch,
            ARow = padded,
            AStep = 1,
            BStep = paddedPatch,
        };
        T* dw = weight + position * outputs * patch, dy = y + position * outputs * padded, db = bias == null ? null : bias + position * outputs;
        var window = new LocallyConnectedWindow(g);
        for (int i = firstRow; i < endRow; i++)
        {
            window.MoveToRow(i);
            for (int j = 0; j < outWidth; j++, dw += outputs * patch, dy += outputs * padded)
            {
                T* origin = x + window.OriginAt(j) * pixel;
                if (window.MoveToColumn(j) || !window.IsWhole) window.WritePatch(sources, inputs, pixel, padded, (nint)(zeros.Pointer - origin));
                LocallyConnectedLayout<T>.TransposeRows(origin, sources, zeros.Pointer, patch, padded, patches.Pointer, paddedPatch);
                Simd.Prefetch(dw, PrefetchBytes);
                if (accumulate) CopyRows(dw, patch, result.Pointer, paddedPatch);
                else ConvolutionPlanes<T, V, L>.Fill(result.Pointer, outputs * paddedPatch, T.Zero);
                tile.Run(outputs, paddedPatch / L.Count, dy, patches.Pointer, result.Pointer, targets);
                CopyRows(result.Pointer, paddedPatch, dw, patch);
                if (db == null) continue;
                for (int o = 0; o < outputs; o++) db[o] = (accumulate ? db[o] : T.Zero) + Sum(dy + (nint)o * padded);
                db += outputs;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void SumBatch(T* dy, T* db)
    {
        for (int i = 0; i < positions * outputs; i++) db[i] = Sum(dy + (nint)i * padded);
    }

    private readonly int PrefetchBytes => Math.Min(outputs * patch * sizeof(T), 8 * 1024);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void CopyRows(T* from, int fromPitch, T* to, int toPitch)
    {
        for (int o = 0; o < outputs; o++, from += fromPitch, to += toPitch) ConvolutionPlanes<T, V, L>.Copy(from, to, patch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly T Sum(T* from)
    {
        V sum = L.Load(from);
        for (int n = L.Count; n < padded; n += L.Count) sum = L.Add(sum, L.Load(from + n));
        return L.Sum(sum);
    }
}
