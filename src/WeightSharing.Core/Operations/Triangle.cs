using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Triangles of matrices: the parts below and above a diagonal.</summary>
public static class TriangleOperation
{
    extension(Tensor)
    {
        /// <summary>True on and below a diagonal: [i, j] with j ≤ i + <paramref name="diagonal"/>.</summary>
        /// <param name="rows">Rows of the mask.</param>
        /// <param name="columns">Columns of the mask.</param>
        /// <param name="diagonal">0 is the main diagonal, positive ones lie above.</param>
        public static Tensor<bool> LowerTriangularMask(int rows, int columns, int diagonal = 0) => Mask(rows, columns, (i, j) =>
            j <= i + diagonal);

        /// <summary>True on and above a diagonal: [i, j] with j ≥ i + <paramref name="diagonal"/>.</summary>
        /// <param name="rows">Rows of the mask.</param>
        /// <param name="columns">Columns of the mask.</param>
        /// <param name="diagonal">0 is the main diagonal, positive ones lie above.</param>
        public static Tensor<bool> UpperTriangularMask(int rows, int columns, int diagonal = 0) => Mask(rows, columns, (i, j) =>
            j >= i + diagonal);
    }

    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // y = x on and below the diagonal, else 0       ∂x += ∂y there
        /// <summary>The matrices of the last two dimensions on and below a diagonal, zero above.</summary>
        /// <exception cref="ArgumentException">Fewer than two dimensions.</exception>
        public Tensor<T> LowerTriangle(int diagonal = 0)
        {
            (int rows, int columns) = Extents(x.Shape, "LowerTriangle");
            return Tensor.Where(Tensor.LowerTriangularMask(rows, columns, diagonal), x, Tensor.Scalar(T.Zero));
        }

        // y = x on and above the diagonal, else 0       ∂x += ∂y there
        /// <summary>The matrices of the last two dimensions on and above a diagonal, zero below.</summary>
        /// <exception cref="ArgumentException">Fewer than two dimensions.</exception>
        public Tensor<T> UpperTriangle(int diagonal = 0)
        {
            (int rows, int columns) = Extents(x.Shape, "UpperTriangle");
            return Tensor.Where(Tensor.UpperTriangularMask(rows, columns, diagonal), x, Tensor.Scalar(T.Zero));
        }
    }

    private static (int Rows, int Columns) Extents(in Shape shape, string operation) => shape.Rank >= 2
        ? (shape[-2], shape[-1])
        : throw new ArgumentException($"{operation}: shape {shape}; a matrix needs at least two dimensions.");

    private static Tensor<bool> Mask(int rows, int columns, Func<int, int, bool> holds)
    {
        Tensor<bool> mask = Tensor<bool>.Uninitialized([rows, columns], "triangular mask");
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) mask.Buffer[i * columns + j] = holds(i, j);
        }

        return mask;
    }
}
