using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WeightSharing.Kernels;

/// <summary>Matrix products with few rows: bound by reading B once, so B is neither packed nor visited in tiles.</summary>
internal static unsafe class GemmVector<T, V, L>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct
    where L : struct, ILanes<T, V>
{
    private const int StreamedColumns = 2048;
    private const int InnerProductElements = 128 * 1024;

    // What one thread reads from memory beyond its own caches.
    private const double BytesPerNanosecond = 25;

    /// <summary>C = A · B (+ C) (+ bias) for one row and B with unit column stride: eight rows of B at a time are added to C.</summary>
    public static void StreamRow(in GemmProduct<T> product)
    {
        var work = new StreamWork { X = product };
        int chunks = (product.N + StreamedColumns - 1) / StreamedColumns;
        Parallelism.For(chunks, ref work, (double)product.N * product.K * sizeof(T) / BytesPerNanosecond);
    }

    /// <summary>C = A · B (+ C) (+ bias) for A and B whose inner index is contiguous: vectors along it, added up at the end.</summary>
    public static void InnerProducts(in GemmProduct<T> product)
    {
        bool fewRows = product.M <= product.N;
        var work = new InnerWork
        {
            K = product.K,
            X = fewRows ? product.A : product.B,
            XStride = fewRows ? product.ARow : product.BColumn,
            XCount = fewRows ? product.M : product.N,
            Y = fewRows ? product.B : product.A,
            YStride = fewRows ? product.BColumn : product.ARow,
            YCount = fewRows ? product.N : product.M,
            C = product.C,
            CX = fewRows ? product.CRow : 1,
            CY = fewRows ? 1 : product.CRow,
        };
        work.Source = product.Accumulate ? work.C : product.Bias;
        work.SourceX = product.Accumulate ? work.CX : fewRows ? 0 : 1;
        work.SourceY = product.Accumulate ? work.CY : fewRows ? 1 : 0;

        int group = Math.Max(4, (int)(InnerProductElements / ((long)work.K * work.XCount)) & ~3);
        work.Group = group;
        double nanoseconds = (double)work.K * work.YCount * Math.Max(sizeof(T) / BytesPerNanosecond, work.XCount / (2.0 * L.Count));
        Parallelism.For((work.YCount + group - 1) / group, ref work, nanoseconds);
    }

    private struct StreamWork : IParallelWork
    {
        public GemmProduct<T> X;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            int start = chunk * StreamedColumns;
            int columns = Math.Min(StreamedColumns, X.N - start);
            T* a = X.A;
            T* b = X.B + start;
            T* c = X.C + start;
            T* source = X.Accumulate ? c : X.Bias == null ? null : X.Bias + start;
            for (int rest = X.K; rest > 0;)
            {
                int steps = rest >= 8 ? 8 : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
                if (steps == 8) AddRows<N8>(columns, a, X.AColumn, b, X.BRow, source, c);
                else if (steps == 4) AddRows<N4>(columns, a, X.AColumn, b, X.BRow, source, c);
                else if (steps == 2) AddRows<N2>(columns, a, X.AColumn, b, X.BRow, source, c);
                else AddRows<N1>(columns, a, X.AColumn, b, X.BRow, source, c);
                source = c;
                a += steps * X.AColumn;
                b += steps * X.BRow;
                rest -= steps;
            }
        }
    }

    /// <summary>c[j] = source[j] + Σ_p a[p · aColumn] · b[p · bRow + j], p &lt; 1, 2, 4 or 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<Steps>(int columns, T* a, nint aColumn, T* b, nint bRow, T* source, T* c)
        where Steps : unmanaged, IConstant
    {
        int j = AddRows<Steps, V, L>(0, columns, a, aColumn, b, bRow, source, c);
        if (typeof(V) == typeof(Vector512<T>)) j = AddRows<Steps, Vector256<T>, Lanes256<T>>(j, columns, a, aColumn, b, bRow, source, c);
        if (typeof(V) != typeof(Vector128<T>)) j = AddRows<Steps, Vector128<T>, Lanes128<T>>(j, columns, a, aColumn, b, bRow, source, c);
        for (; j < columns; j++)
        {
            T sum = source == null ? T.Zero : source[j];
            for (int p = 0; p < sizeof(Steps); p++) sum += a[p * aColumn] * b[p * bRow + j];
            c[j] = sum;
        }
    }

    /// <summary>The columns from j that fill whole vectors of this width; returns the first that is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AddRows<Steps, W, M>(int j, int columns, T* a, nint aColumn, T* b, nint bRow, T* source, T* c)
        where Steps : unmanaged, IConstant
        where W : struct
        where M : struct, ILanes<T, W>
    {
        if (j + M.Count > columns) return j;
        W a0 = M.Broadcast(a[0]);
        W a1 = sizeof(Steps) > 1 ? M.Broadcast(a[aColumn]) : default;
        W a2 = sizeof(Steps) > 2 ? M.Broadcast(a[2 * aColumn]) : default, a3 = sizeof(Steps) > 2 ? M.Broadcast(a[3 * aColumn]) : default;
        W a4 = sizeof(Steps) > 4 ? M.Broadcast(a[4 * aColumn]) : default, a5 = sizeof(Steps) > 4 ? M.Broadcast(a[5 * aColumn]) : default;
        W a6 = sizeof(Steps) > 4 ? M.Broadcast(a[6 * aColumn]) : default, a7 = sizeof(Steps) > 4 ? M.Broadcast(a[7 * aColumn]) : default;
        T* b4 = b + 4 * bRow;
        nint bRow2 = 2 * bRow, bRow3 = 3 * bRow;
        for (; j + M.Count <= columns; j += M.Count)
        {
            // Two chains: one of eight would wait for itself.
            W even = source == null ? M.Zero : M.Load(source + j);
            even = M.MultiplyAdd(a0, M.Load(b + j), even);
            W odd = sizeof(Steps) > 1 ? M.Multiply(a1, M.Load(b + bRow + j)) : M.Zero;
            if (sizeof(Steps) > 2)
            {
                even = M.MultiplyAdd(a2, M.Load(b + bRow2 + j), even);
                odd = M.MultiplyAdd(a3, M.Load(b + bRow3 + j), odd);
            }

            if (sizeof(Steps) > 4)
            {
                even = M.MultiplyAdd(a4, M.Load(b4 + j), even);
                odd = M.MultiplyAdd(a5, M.Load(b4 + bRow + j), odd);
                even = M.MultiplyAdd(a6, M.Load(b4 + bRow2 + j), even);
                odd = M.MultiplyAdd(a7, M.Load(b4 + bRow3 + j), odd);
            }

            M.Store(sizeof(Steps) > 1 ? M.Add(even, odd) : even, c + j);
        }

        return j;
    }

    /// <summary>c[x · CX + y · CY] = Σ_p X[x, p] · Y[y, p] + source.</summary>
    private struct InnerWork : IParallelWork
    {
        // 4 × 4 sums and their operands need more than 16 vector registers, 2 × 4 do not.
        private static bool FourRowsFit => GemmTile<T, V, L>.MaximumRows > 6;

        public T* X, Y, C, Source;
        public nint XStride, YStride, CX, CY, SourceX, SourceY;
        public int XCount, YCount, K, Group;

        public readonly void Run(int chunk)
        {
            int end = Math.Min(YCount, (chunk + 1) * Group);
            for (int y = chunk * Group; y < end; y += 4)
            {
                for (int x = 0; x < XCount;)
                {
                    int rows = XCount - x;
                    if (rows == 1) Tile<N1>(x, y, end);
                    else if (rows == 2 || !FourRowsFit) Tile<N2>(x, y, end);
                    else Tile<N4>(x, y, end);
                    x += FourRowsFit ? 4 : 2;
                }
            }
        }

        // Rows beyond the end repeat the last one, and their sums are not stored.
        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Tile<Rows>(int x, int y, int yEnd)
            where Rows : unmanaged, IConstant
        {
            int rows = Math.Min(sizeof(Rows), XCount - x), columns = Math.Min(4, yEnd - y);
            T* x0 = X + x * XStride;
            T* x1 = sizeof(Rows) > 1 ? x0 + XStride : x0;
            T* x2 = rows > 2 ? x1 + XStride : x1;
            T* x3 = rows > 3 ? x2 + XStride : x2;
            T* y0 = Y + y * YStride;
            T* y1 = columns > 1 ? y0 + YStride : y0;
            T* y2 = columns > 2 ? y1 + YStride : y1;
            T* y3 = columns > 3 ? y2 + YStride : y2;

            V s00 = L.Zero, s01 = L.Zero, s02 = L.Zero, s03 = L.Zero, s10 = L.Zero, s11 = L.Zero, s12 = L.Zero, s13 = L.Zero;
            V s20 = L.Zero, s21 = L.Zero, s22 = L.Zero, s23 = L.Zero, s30 = L.Zero, s31 = L.Zero, s32 = L.Zero, s33 = L.Zero;
            T* buffer = stackalloc T[16 * L.Count];
            nint p = 0;
            nint end = K - K % L.Count;
            while (true)
            {
                for (; p < end; p += L.Count)
                {
                    V v0 = L.Load(y0 + p), v1 = L.Load(y1 + p), v2 = L.Load(y2 + p), v3 = L.Load(y3 + p);
                    V u = L.Load(x0 + p);
                    s00 = L.MultiplyAdd(u, v0, s00);
                    s01 = L.MultiplyAdd(u, v1, s01);
                    s02 = L.MultiplyAdd(u, v2, s02);
                    s03 = L.MultiplyAdd(u, v3, s03);
                    if (sizeof(Rows) > 1)
                    {
                        u = L.Load(x1 + p);
                        s10 = L.MultiplyAdd(u, v0, s10);
                        s11 = L.MultiplyAdd(u, v1, s11);
                        s12 = L.MultiplyAdd(u, v2, s12);
                        s13 = L.MultiplyAdd(u, v3, s13);
                    }

                    if (sizeof(Rows) > 2)
                    {
                        u = L.Load(x2 + p);
                        s20 = L.MultiplyAdd(u, v0, s20);
                        s21 = L.MultiplyAdd(u, v1, s21);
                        s22 = L.MultiplyAdd(u, v2, s22);
                        s23 = L.MultiplyAdd(u, v3, s23);
                        u = L.Load(x3 + p);
                        s30 = L.MultiplyAdd(u, v0, s30);
                        s31 = L.MultiplyAdd(u, v1, s31);
                        s32 = L.MultiplyAdd(u, v2, s32);
                        s33 = L.MultiplyAdd(u, v3, s33);
                    }
                }

                int rest = K - (int)end;
                if (rest == 0 || p > end) break;

                // The last elements, filled up with zeros, are one more turn of the same loop.
                x0 = Tail(x0 + p, rest, buffer, 0);
                if (sizeof(Rows) > 1) x1 = Tail(x1 + p, rest, buffer, 1);
                if (sizeof(Rows) > 2) x2 = Tail(x2 + p, rest, buffer, 2);
                if (sizeof(Rows) > 2) x3 = Tail(x3 + p, rest, buffer, 3);
                y0 = Tail(y0 + p, rest, buffer, 4);
                y1 = Tail(y1 + p, rest, buffer, 5);
                y2 = Tail(y2 + p, rest, buffer, 6);
                y3 = Tail(y3 + p, rest, buffer, 7);
                (p, end) = (0, 1);
            }

            T* sums = buffer;
            Store(sums, s00, s01, s02, s03);
            if (sizeof(Rows) > 1) Store(sums + 4 * L.Count, s10, s11, s12, s13);
            if (sizeof(Rows) > 2) Store(sums + 8 * L.Count, s20, s21, s22, s23);
            if (sizeof(Rows) > 2) Store(sums + 12 * L.Count, s30, s31, s32, s33);
            AddUp(sums, x, rows, y, columns);
        }

        private static T* Tail(T* from, int count, T* tails, int index)
        {
            T* tail = tails + index * L.Count;
            for (int p = 0; p < L.Count; p++) tail[p] = p < count ? from[p] : T.Zero;
            return tail;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Store(T* target, V s0, V s1, V s2, V s3)
        {
            L.Store(s0, target);
            L.Store(s1, target + L.Count);
            L.Store(s2, target + 2 * L.Count);
            L.Store(s3, target + 3 * L.Count);
        }

        // Apart from the loop above, whose sixteen sums would otherwise be moved in and out of registers on each turn.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void AddUp(T* sums, int x, int rows, int y, int columns)
        {
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    T sum = L.Sum(L.Load(sums + (4 * i + j) * L.Count));
                    if (Source != null) sum += Source[(x + i) * SourceX + (y + j) * SourceY];
                    C[(x + i) * CX + (y + j) * CY] = sum;
                }
            }
        }
    }
}
