using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>
/// Compares gradients with central differences, in double: for every element of every input, of first and of second order; and,
/// where asked, the value with a plain reference.
/// </summary>
/// <remarks>
/// A result that is no scalar is multiplied by fixed random weights and summed, so that every element of the Jacobian is seen. Errors are
/// measured as |analytic − numeric| / (1 + max |numeric|), the maximum over one input. Keep inputs a step away from kinks.
/// </remarks>
/// <example>
/// <code>
/// GradCheck.Verify(x =&gt; x.Tanh(), [2, 3]);
/// GradCheck.Verify((a, b) =&gt; a.MatMul(b), [2, 3], [3, 4]);
/// GradCheck.Verify(
///     x =&gt; x.Log(), [5],
///     new() { LowerBound = 0.5, Reference = inputs =&gt; [.. inputs[0].ToArray().Select(v =&gt; Math.Log(v))] });
/// </code>
/// </example>
public static class GradCheck
{
    /// <summary>Measures a function of one tensor of normal values of this shape, and throws where it is wrong.</summary>
    /// <param name="function">The function; it must compute the same for the same values.</param>
    /// <param name="shape">Shape of the input.</param>
    /// <param name="options">Tolerance, step, orders; null for the defaults.</param>
    /// <returns>The errors measured, all within the tolerance.</returns>
    /// <exception cref="GradCheckException">An error exceeds the tolerance.</exception>
    public static GradCheckResult Verify(Func<Tensor<double>, Tensor<double>> function, Shape shape, GradCheckOptions? options = null) =>
        Verify(inputs => function(inputs[0]), Inputs(options, shape), options);

    /// <summary>As <see cref="Verify(Func{Tensor{double}, Tensor{double}}, Shape, GradCheckOptions)"/>, at a given tensor.</summary>
    /// <exception cref="GradCheckException">An error exceeds the tolerance.</exception>
    public static GradCheckResult Verify(
        Func<Tensor<double>, Tensor<double>> function, Tensor<double> input, GradCheckOptions? options = null) =>
        Verify(inputs => function(inputs[0]), [input], options);

    /// <summary>As <see cref="Verify(Func{Tensor{double}, Tensor{double}}, Shape, GradCheckOptions)"/>, for two inputs.</summary>
    /// <exception cref="GradCheckException">An error exceeds the tolerance.</exception>
    public static GradCheckResult Verify(
        Func<Tensor<double>, Tensor<double>, Tensor<double>> function, Shape first, Shape second, GradCheckOptions? options = null) =>
        Verify(inputs => function(inputs[0], inputs[1]), Inputs(options, first, second), options);

    /// <summary>As <see cref="Verify(Func{Tensor{double}, Tensor{double}}, Shape, GradCheckOptions)"/>, for three inputs.</summary>
    /// <exception cref="GradCheckException">An error exceeds the tolerance.</exception>
    public static GradCheckResult Verify(
        Func<Tensor<double>, Tensor<double>, Tensor<double>, Tensor<double>> function, Shape first, Shape second, Shape third,
        GradCheckOptions? options = null) =>
        Verify(inputs => function(inputs[0], inputs[1], inputs[2]), Inputs(options, first, second, third), options);

    /// <summary>
    /// As <see cref="Verify(Func{Tensor{double}, Tensor{double}}, Shape, GradCheckOptions)"/>, for any number of given inputs.
    /// </summary>
    /// <exception cref="GradCheckException">An error exceeds the tolerance.</exception>
    public static GradCheckResult Verify(
        Func<IReadOnlyList<Tensor<double>>, Tensor<double>> function, IReadOnlyList<Tensor<double>> inputs,
        GradCheckOptions? options = null)
    {
        double tolerance = (options ?? GradCheckOptions.Default).Tolerance;
        GradCheckResult result = Measure(function, inputs, options);
        GradCheckMismatch? worst = result.Mismatches.MaxBy(mismatch => mismatch.Error);
        return worst is null || worst.Error <= tolerance ? result : throw new GradCheckException(result.Operation, worst, tolerance);
    }

    /// <summary>The errors of value, gradient and second derivative, without judging them.</summary>
    /// <param name="function">The function; it must compute the same for the same values.</param>
    /// <param name="inputs">Where; the tensors themselves are left alone.</param>
    /// <param name="options">Step and orders; null for the defaults.</param>
    public static GradCheckResult Measure(
        Func<IReadOnlyList<Tensor<double>>, Tensor<double>> function, IReadOnlyList<Tensor<double>> inputs,
        GradCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        options ??= GradCheckOptions.Default;
        RandomKey key = RandomKey.Of(options.Seed).Fork("weights");
        Tensor<double>[] leaves = Leaves(inputs);
        Tensor<double> value = function(leaves);
        string operation = value.Node?.Name ?? "a function without history";
        Tensor<double> outer = Tensor.Normal<double>(value.Shape, key);
        Tensor<double>[] inner = [.. inputs.Select((input, i) => Tensor.Normal<double>(input.Shape, key.Fork(i)))];
        var mismatches = new List<GradCheckMismatch>();

        if (options.Reference is { } reference)
        {
            double[] expected = reference(inputs), actual = value.ToArray();
            if (expected.Length != actual.Length)
            {
                throw new ArgumentException(
                    $"GradCheck: the reference gives {expected.Length} values, {operation} has {actual.Length} (shape "
                    + $"{value.Shape}).", nameof(options));
            }

            mismatches.Add(GradCheckMismatch.Worst(GradCheckQuantity.Value, -1, value.Shape, actual, expected));
        }

        double Weighted(IReadOnlyList<Tensor<double>> at) => (function(at) * outer).Sum().Item();

        // ⟨∂⟨outer, f⟩/∂x, inner⟩: a number whose gradient is a product with the Hessian.
        double Slope(IReadOnlyList<Tensor<double>> at)
        {
            Tensor<double>[] displaced = Leaves(at);
            Tensor<double>[] gradients = FirstOrder(function(displaced), outer, displaced, differentiable: false);
            return gradients.Select((gradient, i) => (gradient * inner[i]).Sum().Item()).Sum();
        }

        Tensor<double>[] first = FirstOrder(value, outer, leaves, options.SecondOrder);
        for (int i = 0; i < inputs.Count; i++)
        {
            double[] numeric = CentralDifferences(Weighted, inputs, i, options.Step);
            mismatches.Add(GradCheckMismatch.Worst(GradCheckQuantity.Gradient, i, inputs[i].Shape, first[i].ToArray(), numeric));
        }

        if (options.SecondOrder)
        {
            Tensor<double>[] second = SecondOrder(first, inner, leaves);
            for (int i = 0; i < inputs.Count; i++)
            {
                double[] numeric = CentralDifferences(Slope, inputs, i, options.Step);
                mismatches.Add(
                    GradCheckMismatch.Worst(GradCheckQuantity.SecondDerivative, i, inputs[i].Shape, second[i].ToArray(), numeric));
            }
        }

        return new GradCheckResult(operation, mismatches);
    }

    private static Tensor<double>[] FirstOrder(Tensor<double> value, Tensor<double> outer, Tensor<double>[] leaves, bool differentiable) =>
        value.RequiresGradient ? Gradient.Of(value, leaves, outer, differentiable) : Zeros(leaves);

    private static Tensor<double>[] SecondOrder(Tensor<double>[] first, Tensor<double>[] inner, Tensor<double>[] leaves)
    {
        Tensor<double> slope = Tensor.Scalar(0.0);
        for (int i = 0; i < first.Length; i++) slope += (first[i] * inner[i]).Sum();
        // A gradient without history does not depend on the inputs.
        return slope.RequiresGradient ? Gradient.Of(slope, leaves) : Zeros(leaves);
    }

    private static Tensor<double>[] Zeros(Tensor<double>[] leaves) => [.. leaves.Select(leaf => Tensor.Zeros<double>(leaf.Shape))];

    private static Tensor<double>[] Leaves(IReadOnlyList<Tensor<double>> inputs) =>
        [.. inputs.Select(input => input.Copy().RequireGradient())];

    private static double[] CentralDifferences(
        Func<IReadOnlyList<Tensor<double>>, double> function, IReadOnlyList<Tensor<double>> inputs, int which, double step)
    {
        double[] values = inputs[which].ToArray(), slopes = new double[values.Length];
        Tensor<double>[] at = [.. inputs];
        for (int k = 0; k < values.Length; k++)
        {
            double center = values[k], h = step * Math.Max(1, Math.Abs(center)), above = center + h, below = center - h;
            values[k] = above;
            at[which] = Tensor.From(values, inputs[which].Shape);
            double high = function(at);
            values[k] = below;
            at[which] = Tensor.From(values, inputs[which].Shape);
            slopes[k] = (high - function(at)) / (above - below);
            values[k] = center;
        }

        return slopes;
    }

    private static Tensor<double>[] Inputs(GradCheckOptions? options, params ReadOnlySpan<Shape> shapes)
    {
        options ??= GradCheckOptions.Default;
        RandomKey key = RandomKey.Of(options.Seed).Fork("inputs");
        var inputs = new Tensor<double>[shapes.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Tensor.Normal<double>(shapes[i], key.Fork(i));
            if (options.LowerBound is { } bound) inputs[i] = inputs[i].Abs() + bound;
        }

        return inputs;
    }
}
