using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// A linear map known by what it does, A·x and Aᵀ·y, not by its entries: what a layer does to one example, apart from its bias.
/// </summary>
/// <remarks>
/// Aᵀ comes from the layer's own backward pass, so it serves any layer that is affine in its input: convolutions of all kinds and their
/// transposes, dense, locally connected and group layers. Nothing is noted in the ledgers.
/// </remarks>
public sealed class LinearOperator
{
    private readonly Func<Tensor<double>, Tensor<double>> apply;
    private readonly Func<Tensor<double>, Tensor<double>> adjoint;

    private LinearOperator(
        in Shape inputShape, in Shape outputShape, Func<Tensor<double>, Tensor<double>> apply, Func<Tensor<double>, Tensor<double>> adjoint)
    {
        (InputShape, OutputShape) = (inputShape, outputShape);
        (this.apply, this.adjoint) = (apply, adjoint);
    }

    /// <summary>Shape of one x, without batch.</summary>
    public Shape InputShape { get; }

    /// <summary>Shape of one A·x, without batch.</summary>
    public Shape OutputShape { get; }

    /// <summary>Entries of A·x.</summary>
    public int Rows => OutputShape.Count;

    /// <summary>Entries of x.</summary>
    public int Columns => InputShape.Count;

    /// <summary>The linear part of a layer: A·x = layer(x) − layer(0).</summary>
    /// <param name="layer">Affine in its input; in double, so that identities hold to rounding (<c>To&lt;double&gt;()</c> makes one).</param>
    /// <param name="inputShape">Shape of one example, without batch: [C, H, W] for a <see cref="Conv2d{T}"/>.</param>
    /// <exception cref="ArgumentException">The layer is not affine: measured on random inputs, A·(x + y) differs from A·x + A·y.</exception>
    public static LinearOperator Of(Layer<double> layer, Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Tensor<double> zero = Quietly(() => layer.Forward(Tensor.Zeros<double>(Batch(inputShape, 1)))).Keep();
        Shape outputShape = zero.Shape.Slice(1, zero.Rank);
        var map = new LinearOperator(inputShape, outputShape, x => Quietly(() => layer.Forward(x) - zero), dy => Adjoint(layer, inputShape, dy));
        map.RequireLinear(layer);
        return map;
    }

    /// <summary>A matrix as an operator.</summary>
    public static LinearOperator Of(Matrix<double> matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return new LinearOperator(matrix.ColumnCount, matrix.RowCount, x => Times(matrix, x), y => Times(matrix.Transpose(), y));
    }

    /// <summary>A·x for a vector of <see cref="Columns"/> entries.</summary>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public double[] Apply(ReadOnlySpan<double> x)
    {
        Require("Apply", x.Length, Columns);
        return apply(Tensor.From(x, Batch(InputShape, 1))).ToArray();
    }

    /// <summary>Aᵀ·y for a vector of <see cref="Rows"/> entries.</summary>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public double[] ApplyAdjoint(ReadOnlySpan<double> y)
    {
        Require("ApplyAdjoint", y.Length, Rows);
        return adjoint(Tensor.From(y, Batch(OutputShape, 1))).ToArray();
    }

    /// <summary>The matrix [<see cref="Rows"/>, <see cref="Columns"/>], column by column from unit vectors.</summary>
    public Matrix<double> ToMatrix()
    {
        // As many unit vectors at once as keep a batch below a few megabytes.
        int most = Math.Clamp(1_000_000 / Math.Max(1, Math.Max(Rows, Columns)), 1, Math.Max(1, Columns));
        Matrix<double> matrix = Matrix<double>.Build.Dense(Rows, Columns);
        for (int first = 0; first < Columns; first += most)
        {
            int count = Math.Min(most, Columns - first);
            var units = new double[count * Columns];
            for (int i = 0; i < count; i++) units[i * Columns + first + i] = 1;
            double[] images = apply(Tensor.Wrap(units, Batch(InputShape, count))).ToArray();
            for (int i = 0; i < count; i++) matrix.SetColumn(first + i, images.AsSpan(i * Rows, Rows).ToArray());
        }

        return matrix;
    }

    private static Tensor<double> Adjoint(Layer<double> layer, in Shape inputShape, Tensor<double> dy)
    {
        using Sharing.UsageLedgerScope silent = Sharing.UsageLedger.Off();
        Tensor<double> x = Tensor.Zeros<double>(Batch(inputShape, dy.Shape[0])).RequireGradient();
        return Gradient.Of(layer.Forward(x), [x], dy)[0];
    }

    private static Tensor<double> Quietly(Func<Tensor<double>> work)
    {
        using NoGrad inference = NoGrad.Begin();
        return work();
    }

    private static Tensor<double> Times(Matrix<double> matrix, Tensor<double> x)
    {
        // Row by row of the batch: xᵀ of [n, columns] is column-major [columns, n].
        int count = x.Shape[0];
        Matrix<double> columns = Matrix<double>.Build.Dense(matrix.ColumnCount, count, x.ToArray());
        return Tensor.Wrap((matrix * columns).ToColumnMajorArray(), [count, matrix.RowCount]);
    }

    private static Shape Batch(in Shape shape, int count) => shape.Insert(0, count);

    private void RequireLinear(Layer<double> layer)
    {
        var key = RandomKey.Of(1);
        double[] x = Tensor.Normal<double>(Columns, key.Fork("x")).ToArray(), y = Tensor.Normal<double>(Columns, key.Fork("y")).ToArray();
        double[] ax = Apply(x), ay = Apply(y), sum = Apply([.. x.Select((value, i) => value - 2 * y[i])]);
        double scale = 1 + ax.Concat(ay).Select(Math.Abs).DefaultIfEmpty().Max(), error = 0;
        for (int i = 0; i < sum.Length; i++) error = Math.Max(error, Math.Abs(sum[i] - ax[i] + 2 * ay[i]) / scale);
        if (error > 1e-9)
        {
            throw new ArgumentException(
                $"LinearOperator.Of: {layer.GetType().Name.Split('`')[0]} on {InputShape} is not affine: A(x − 2y) differs from A·x − 2A·y by {error:0.0e-00} of their size; give a single linear layer, in evaluation mode.",
                nameof(layer));
        }
    }

    private static void Require(string operation, int length, int expected)
    {
        if (length != expected) throw new ArgumentException($"LinearOperator.{operation}: a vector of {length} entries; expected {expected}.");
    }
}
