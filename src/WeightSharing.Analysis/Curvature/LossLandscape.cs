using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>The loss along directions through the present values of parameters, which are put back afterwards.</summary>
public static class LossLandscape
{
    /// <summary>The loss at p + a·d for every a.</summary>
    /// <param name="parameters">The parameters, in the order of the direction.</param>
    /// <param name="loss">A scalar.</param>
    /// <param name="direction">One tensor a parameter, of its shape.</param>
    /// <param name="steps">The numbers a.</param>
    /// <exception cref="ArgumentException">The direction does not fit the parameters.</exception>
    public static double[] Along<T>(
        IReadOnlyList<Parameter<T>> parameters, Func<Tensor<T>> loss, IReadOnlyList<Tensor<T>> direction, IReadOnlyList<double> steps)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(direction);
        double[,] plane = Plane(parameters, loss, direction, [.. direction.Select(part => Tensor.Zeros<T>(part.Shape))], steps, [0]);
        return [.. Enumerable.Range(0, steps.Count).Select(i => plane[0, i])];
    }

    /// <summary>The loss at p + a·d + b·e for every b (rows) and a (columns): a slice to look at.</summary>
    /// <param name="parameters">The parameters, in the order of the directions.</param>
    /// <param name="loss">A scalar.</param>
    /// <param name="first">d: one tensor a parameter, of its shape.</param>
    /// <param name="second">e: likewise.</param>
    /// <param name="columns">The numbers a.</param>
    /// <param name="rows">The numbers b.</param>
    /// <exception cref="ArgumentException">A direction does not fit the parameters.</exception>
    public static double[,] Plane<T>(
        IReadOnlyList<Parameter<T>> parameters, Func<Tensor<T>> loss, IReadOnlyList<Tensor<T>> first, IReadOnlyList<Tensor<T>> second,
        IReadOnlyList<double> columns, IReadOnlyList<double> rows)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        Require(parameters, first);
        Require(parameters, second);
        using NoGrad inference = NoGrad.Begin();
        Tensor<T>[] home = [.. parameters.Select(parameter => parameter.Value.Copy().Keep())];
        var values = new double[rows.Count, columns.Count];
        try
        {
            for (int i = 0; i < rows.Count; i++)
            {
                for (int j = 0; j < columns.Count; j++)
                {
                    using TensorScope scope = TensorScope.Begin();
                    for (int p = 0; p < home.Length; p++)
                    {
                        parameters[p].Set(home[p] + first[p] * T.CreateChecked(columns[j]) + second[p] * T.CreateChecked(rows[i]));
                    }

                    values[i, j] = double.CreateChecked(loss().Item());
                }
            }
        }
        finally
        {
            for (int p = 0; p < home.Length; p++) parameters[p].Set(home[p]);
        }

        return values;
    }

    /// <summary>
    /// A random direction whose part in every filter (the entries of one index of the first dimension) has the norm of that filter, and no part in vectors (Li et al. 2018,
    /// "filter normalisation"): slices along such directions can be compared between nets.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="seed">What is drawn.</param>
    public static IReadOnlyList<Tensor<T>> RandomDirection<T>(IReadOnlyList<Parameter<T>> parameters, long seed)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using NoGrad inference = NoGrad.Begin();
        return [.. parameters.Select((parameter, i) =>
        {
            Shape shape = parameter.Shape;
            if (shape.Rank < 2) return Tensor.Zeros<T>(shape).Keep();
            int filters = shape[0], entries = shape.Count / Math.Max(1, filters);
            Tensor<T> drawn = Tensor.Normal<T>([filters, entries], RandomKey.Of(seed).Fork(i)), value = parameter.Value.Reshape([filters, entries]);
            Tensor<T> norms = value.Norm(1, keepDimensions: true), own = drawn.Norm(1, keepDimensions: true);
            return (drawn * norms / own).Reshape(shape).Keep();
        })];
    }

    private static void Require<T>(IReadOnlyList<Parameter<T>> parameters, IReadOnlyList<Tensor<T>> direction)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(direction);
        if (direction.Count == parameters.Count && parameters.Zip(direction).All(pair => pair.First.Shape == pair.Second.Shape)) return;
        throw new ArgumentException(
            $"LossLandscape: a direction of shapes {string.Join(" ", direction.Select(part => part.Shape))} for parameters of shapes {string.Join(" ", parameters.Select(parameter => parameter.Shape))}; they must be equal.",
            nameof(direction));
    }
}
