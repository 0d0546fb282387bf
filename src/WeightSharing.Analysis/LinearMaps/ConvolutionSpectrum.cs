using System.Numerics;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// Singular values of a circular convolution, exactly and fast: those of its channel matrices at every frequency (Sedghi, Gupta and Long 2019, theorem 6).
/// O(n²·Cin·Cout·(log n + min(Cin, Cout))) for an image n×n, instead of O(n⁶·…) for the matrix.
/// </summary>
/// <remarks>For zero or other padding use <see cref="Lanczos"/> on a <see cref="LinearOperator"/>.</remarks>
public static class ConvolutionSpectrum
{
    /// <summary>All singular values, in descending order: min(Cin, Cout)·H·W of them.</summary>
    /// <param name="filters">[Cout, Cin, kH, kW], the kernel no larger than the image.</param>
    /// <param name="size">H and W.</param>
    /// <exception cref="ArgumentException">The filters are no such bank, or larger than the image.</exception>
    public static double[] SingularValues(Tensor<double> filters, Size2 size)
    {
        double[] values = [.. AtFrequencies(filters, size).SelectMany(matrix => matrix.Svd(computeVectors: false).S.Select(value => value.Real))];
        Array.Sort(values, (a, b) => b.CompareTo(a));
        return values;
    }

    /// <summary>The largest singular value, ‖A‖₂: how much the convolution can stretch an input.</summary>
    /// <inheritdoc cref="SingularValues"/>
    public static double Norm(Tensor<double> filters, Size2 size) => Gains(filters, size).Cast<double>().Max();

    /// <summary>The largest singular value at every frequency: how much waves of so many periods over the height and over the width can be stretched.</summary>
    /// <param name="filters">[Cout, Cin, kH, kW], the kernel no larger than the image.</param>
    /// <param name="size">H and W.</param>
    /// <returns>[H, W]; frequency 0, the mean, at [0, 0], negative ones at the far ends.</returns>
    /// <exception cref="ArgumentException">The filters are no such bank, or larger than the image.</exception>
    public static double[,] Gains(Tensor<double> filters, Size2 size)
    {
        var gains = new double[size.Height, size.Width];
        foreach ((int f, Matrix<Complex> matrix) in AtFrequencies(filters, size).Index())
        {
            gains[f / size.Width, f % size.Width] = matrix.Svd(computeVectors: false).S.Select(value => value.Real).Max();
        }

        return gains;
    }

    /// <summary>
    /// The nearest circular convolution whose singular values are at most <paramref name="bound"/> (Sedghi et al. 2019, section 3): singular values clipped at every frequency. Its
    /// filters are as large as the image.
    /// </summary>
    /// <param name="filters">[Cout, Cin, kH, kW].</param>
    /// <param name="size">H and W.</param>
    /// <param name="bound">The norm to clip to, at least 0.</param>
    /// <returns>Filters [Cout, Cin, H, W].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bound is negative or NaN.</exception>
    /// <exception cref="ArgumentException">The filters are no such bank, or larger than the image.</exception>
    public static Tensor<double> Clip(Tensor<double> filters, Size2 size, double bound)
    {
        if (!(bound >= 0)) throw new ArgumentOutOfRangeException(nameof(bound), $"ConvolutionSpectrum.Clip: bound {bound}; expected at least 0.");
        Matrix<Complex>[] clipped = [.. AtFrequencies(filters, size).Select(matrix =>
        {
            MathNet.Numerics.LinearAlgebra.Factorization.Svd<Complex> svd = matrix.Svd();
            Matrix<Complex> middle = Matrix<Complex>.Build.Dense(matrix.RowCount, matrix.ColumnCount);
            for (int i = 0; i < svd.S.Count; i++) middle[i, i] = Math.Min(svd.S[i].Real, bound);
            return svd.U * middle * svd.VT;
        })];
        int outputs = filters.Shape[0], inputs = filters.Shape[1], area = size.Area;
        var result = new double[outputs * inputs * area];
        for (int pair = 0; pair < outputs * inputs; pair++)
        {
            var plane = new Complex[area];
            for (int f = 0; f < area; f++) plane[f] = clipped[f][pair / inputs, pair % inputs];
            Transform(plane, size, Fourier.Inverse);
            for (int i = 0; i < area; i++) result[pair * area + i] = plane[i].Real;
        }

        return Tensor.Wrap(result, [outputs, inputs, size.Height, size.Width]);
    }

    /// <summary>
    /// Clipping of a filter bank that stays of its own size: <see cref="Clip"/>, cut back to the kernel, again and again until the norm is within the bound or the rounds are over
    /// (alternating projections). The result's norm is what <see cref="Norm"/> says, not exactly the bound.
    /// </summary>
    /// <param name="filters">[Cout, Cin, kH, kW].</param>
    /// <param name="size">H and W.</param>
    /// <param name="bound">The norm to clip to, at least 0.</param>
    /// <param name="rounds">At most so many.</param>
    /// <returns>Filters [Cout, Cin, kH, kW].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bound is negative or NaN, or there are no rounds.</exception>
    /// <exception cref="ArgumentException">The filters are no such bank, or larger than the image.</exception>
    public static Tensor<double> ClipWithin(Tensor<double> filters, Size2 size, double bound, int rounds = 50)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        for (int round = 0; round < rounds && Norm(filters, size) > bound * (1 + 1e-12); round++)
        {
            Tensor<double> clipped = Clip(filters, size, bound);
            filters = clipped[.., .., ..filters.Shape[2], ..filters.Shape[3]].Copy();
        }

        return filters;
    }

    // At frequency f the channels mix by the matrix of the transforms of all filters there, [Cout, Cin].
    private static Matrix<Complex>[] AtFrequencies(Tensor<double> filters, Size2 size)
    {
        ConvolutionMatrix.CheckFilters("ConvolutionSpectrum", filters, size);
        int outputs = filters.Shape[0], inputs = filters.Shape[1], height = filters.Shape[2], width = filters.Shape[3];
        double[] weights = filters.ToArray();
        Matrix<Complex>[] matrices = [.. Enumerable.Range(0, size.Area).Select(_ => Matrix<Complex>.Build.Dense(outputs, inputs))];
        for (int pair = 0; pair < outputs * inputs; pair++)
        {
            var plane = new Complex[size.Area];
            for (int tap = 0; tap < height * width; tap++) plane[tap / width * size.Width + tap % width] = weights[pair * height * width + tap];
            Transform(plane, size, Fourier.Forward);
            for (int f = 0; f < plane.Length; f++) matrices[f][pair / inputs, pair % inputs] = plane[f];
        }

        return matrices;
    }

    // In two dimensions: rows, then columns. The forward transform is unscaled, the inverse divides by the area.
    private static void Transform(Complex[] plane, Size2 size, Action<Complex[], FourierOptions> transform)
    {
        var row = new Complex[size.Width];
        for (int i = 0; i < size.Height; i++)
        {
            Array.Copy(plane, i * size.Width, row, 0, size.Width);
            transform(row, FourierOptions.Matlab);
            row.CopyTo(plane, i * size.Width);
        }

        var column = new Complex[size.Height];
        for (int j = 0; j < size.Width; j++)
        {
            for (int i = 0; i < size.Height; i++) column[i] = plane[i * size.Width + j];
            transform(column, FourierOptions.Matlab);
            for (int i = 0; i < size.Height; i++) plane[i * size.Width + j] = column[i];
        }
    }
}
