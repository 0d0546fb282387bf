using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

// The tyings that have a name.
public sealed partial class Tying
{
    /// <summary>Every entry free.</summary>
    public static Tying Identity(Shape shape) => new("identity", shape, shape.Count, [.. Enumerable.Range(0, shape.Count)], null);

    /// <summary>The transposed matrix: free values [rows, columns], full weights [columns, rows].</summary>
    public static Tying Transpose(int rows, int columns) => Permuted([rows, columns], [1, 0]);

    /// <summary>Dimensions in another order: full dimension i is free dimension <paramref name="order"/>[i].</summary>
    /// <exception cref="ArgumentException">Not a permutation of the dimensions.</exception>
    public static Tying Permuted(Shape freeShape, ReadOnlySpan<int> order) =>
        FromPositions("permuted", Positions(freeShape).Permute(order));

    /// <summary>Reversed along some dimensions.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public static Tying Flip(Shape shape, params ReadOnlySpan<int> dimensions)
    {
        Tensor<int> positions = Positions(shape);
        foreach (int dimension in dimensions) positions = Reversed(positions, shape.Normalize(dimension, "Flip"));
        return FromPositions("flipped", positions);
    }

    /// <summary>The last two dimensions turned by quarter turns, counter-clockwise as displayed (as <c>rot90</c>): one turn is w′[i, j] = w[j, k − 1 − i].</summary>
    /// <param name="shape">Shape of the free values; the last two extents may differ, odd turns exchange them.</param>
    /// <param name="turns">Number of quarter turns; negative is clockwise.</param>
    /// <exception cref="ArgumentException">Fewer than two dimensions.</exception>
    public static Tying Rotate(Shape shape, int turns)
    {
        if (shape.Rank < 2) throw new ArgumentException($"Rotate: shape {shape} has fewer than two dimensions.", nameof(shape));
        Tensor<int> positions = Positions(shape);
        for (int turn = 0; turn < ((turns % 4) + 4) % 4; turn++) positions = Reversed(positions.Transpose(), positions.Rank - 2);
        return FromPositions($"rotated {((turns % 4) + 4) % 4 * 90}°", positions);
    }

    /// <summary>Mirror-symmetric taps: w[i] = w[k − 1 − i]; ⌈k/2⌉ free (linear phase, types I and II).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one tap.</exception>
    public static Tying Palindrome(int taps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(taps);
        return Of("palindrome", taps, [.. Enumerable.Range(0, taps).Select(i => Math.Min(i, taps - 1 - i))]);
    }

    /// <summary>Antisymmetric taps: w[k − 1 − i] = −w[i], zero in the middle of an odd number; ⌊k/2⌋ free (linear phase, types III and IV).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one tap.</exception>
    public static Tying Antisymmetric(int taps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(taps);
        int[] index = [.. Enumerable.Range(0, taps).Select(i => 2 * i == taps - 1 ? -1 : Math.Min(i, taps - 1 - i))];
        sbyte[] sign = [.. Enumerable.Range(0, taps).Select(i => (sbyte)(2 * i > taps - 1 ? -1 : 1))];
        return Of("antisymmetric", taps, index, sign);
    }

    /// <summary>Entries of one class are equal: entry i is free value <paramref name="classes"/>[i]; −1 is zero.</summary>
    /// <param name="shape">Shape of the full weights.</param>
    /// <param name="classes">One class a full entry, numbered from 0 without gaps.</param>
    /// <exception cref="ArgumentException">The number of classes' entries differs, or a class number is missing.</exception>
    public static Tying Classes(Shape shape, params ReadOnlySpan<int> classes) => Of("classes", shape, classes);

    /// <summary>Entries outside the mask are zero, the others free: locality, or a table of connections.</summary>
    /// <exception cref="ArgumentException">The mask has another number of entries than the shape.</exception>
    public static Tying Masked(Shape shape, params ReadOnlySpan<bool> mask)
    {
        var index = new int[mask.Length];
        int next = 0;
        for (int i = 0; i < index.Length; i++) index[i] = mask[i] ? next++ : -1;
        return Of("masked", shape, index);
    }

    /// <summary>Equal along diagonals: w[i, j] = θ[i − j + columns − 1]; rows + columns − 1 free.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An extent is below 1.</exception>
    public static Tying Toeplitz(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        return Of("toeplitz", [rows, columns], [.. Enumerable.Range(0, rows * columns).Select(i => i / columns - i % columns + columns - 1)]);
    }

    /// <summary>Equal along wrapped diagonals: w[i, j] = θ[(i − j) mod n]; n free.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The extent is below 1.</exception>
    public static Tying Circulant(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        return Of("circulant", [n, n], [.. Enumerable.Range(0, n * n).Select(i => (i / n - i % n + n) % n)]);
    }

    /// <summary>One block of <paramref name="shape"/> repeated at every position: full weights [positions, shape..]. Makes a locally connected layer a convolution.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one position.</exception>
    public static Tying OverPositions(int positions, Shape shape)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        int block = shape.Count;
        return Of("shared over positions", shape.Insert(0, positions), [.. Enumerable.Range(0, positions * block).Select(i => i % block)]);
    }

    /// <summary>
    /// The matrix of a two-dimensional cross-correlation: free values are the filters [Cout, Cin, kH, kW], full weights the matrix
    /// [Cout·outH·outW, Cin·H·W] that a dense layer on the flattened image would hold (doubly block Toeplitz; zeros outside the windows).
    /// </summary>
    /// <param name="inputChannels">Cin.</param>
    /// <param name="outputChannels">Cout.</param>
    /// <param name="image">H and W.</param>
    /// <param name="kernel">kH and kW.</param>
    /// <param name="stride">Step between windows; null is 1.</param>
    /// <param name="padding">Zeros around the image.</param>
    /// <param name="dilation">Step between taps; null is 1.</param>
    /// <exception cref="ArgumentException">The kernel is larger than the padded image, or padding hides some tap from every position.</exception>
    public static Tying ConvolutionMatrix(
        int inputChannels, int outputChannels, Size2 image, Size2 kernel, Size2? stride = null, Padding2d padding = default, Size2? dilation = null)
    {
        var geometry = ConvolutionOperation.Geometry<float>(
            "Tying.ConvolutionMatrix", [1, inputChannels, image.Height, image.Width], [outputChannels, inputChannels, kernel.Height, kernel.Width],
            null, stride ?? 1, padding, dilation ?? 1, 1);
        int rows = outputChannels * geometry.OutputPlane, columns = inputChannels * image.Area;
        var index = new int[rows * columns];
        Array.Fill(index, -1);
        for (int row = 0; row < rows; row++)
        {
            int o = row / geometry.OutputPlane, py = row % geometry.OutputPlane / geometry.OutputWidth, px = row % geometry.OutputWidth;
            for (int tap = 0; tap < inputChannels * kernel.Area; tap++)
            {
                int c = tap / kernel.Area, ky = tap % kernel.Area / kernel.Width, kx = tap % kernel.Width;
                int y = py * geometry.StrideHeight + ky * geometry.DilationHeight - geometry.PaddingTop;
                int x = px * geometry.StrideWidth + kx * geometry.DilationWidth - geometry.PaddingLeft;
                if ((uint)y < (uint)image.Height && (uint)x < (uint)image.Width)
                {
                    index[row * columns + (c * image.Height + y) * image.Width + x] = o * inputChannels * kernel.Area + tap;
                }
            }
        }

        // Every output channel uses the same taps, so the first speaks for all.
        var met = new bool[outputChannels == 0 ? 0 : inputChannels * kernel.Area];
        foreach (int tap in index.AsSpan(0, met.Length == 0 ? 0 : geometry.OutputPlane * columns))
        {
            if (tap >= 0) met[tap] = true;
        }

        int hidden = Array.IndexOf(met, false);
        if (hidden >= 0)
        {
            throw new ArgumentException(
                $"Tying.ConvolutionMatrix: tap {hidden} of the filter [{outputChannels}, {inputChannels}, {kernel.Height}, {kernel.Width}] meets nothing but padding at every position of the image {image}; use a smaller kernel or less padding.");
        }

        return Of("convolution matrix", [rows, columns], index);
    }

    private static Tensor<int> Positions(in Shape shape) => Tensor.Wrap<int>([.. Enumerable.Range(0, shape.Count)], shape);

    private static Tying FromPositions(string name, Tensor<int> positions) => Of(name, positions.Shape, positions.ToArray());

    private static Tensor<int> Reversed(Tensor<int> x, int dimension)
    {
        Tensor<int> result = Tensor.Zeros<int>(x.Shape);
        int extent = x.Shape[dimension];
        for (int i = 0; i < extent; i++) result.Slice(dimension, i, i + 1).CopyFrom(x.Slice(dimension, extent - 1 - i, extent - i));
        return result;
    }
}
