using System.Globalization;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Support;

/// <summary>The comparisons that the tests of the core share. The measure is max |a − b| ≤ tolerance · (1 + max |b|).</summary>
internal static class Expect
{
    /// <summary>Normal deviates that depend on the name alone.</summary>
    public static Tensor<double> Values(Shape shape, string name = "values") => Tensor.Normal<double>(shape, RandomKey.Of(7).Fork(name));

    /// <summary>Uniform deviates that depend on the name alone.</summary>
    public static Tensor<double> Between(double low, double high, Shape shape, string name = "between") =>
        Tensor.Uniform<double>(shape, RandomKey.Of(7).Fork(name), low, high);

    /// <summary>The same values, neither dense nor in row-major order, and not at the beginning of their buffer.</summary>
    public static Tensor<T> Strided<T>(Tensor<T> x)
        where T : unmanaged
    {
        int[] order = [.. Enumerable.Range(0, x.Rank).Reverse()];
        Tensor<T> view = Tensor.Zeros<T>(new Shape([.. order.Select(i => 2 * x.Shape[i] + 1)])).Permute(order);
        for (int i = 0; i < x.Rank; i++) view = view.Slice(i, 1, 2 * x.Shape[i] + 1, 2);
        view.CopyFrom(x);
        return view;
    }

    public static void Close<T>(Tensor<T> expected, Tensor<T> actual, double tolerance = 1e-12)
        where T : unmanaged, INumberBase<T>
    {
        Assert.Equal(expected.Shape.ToString(), actual.Shape.ToString());
        Close([.. expected.ToArray().Select(double.CreateChecked)], [.. actual.ToArray().Select(double.CreateChecked)], tolerance);
    }

    public static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = 1;
        foreach (double value in expected)
        {
            if (double.IsFinite(value)) scale = Math.Max(scale, 1 + Math.Abs(value));
        }

        for (int i = 0; i < expected.Length; i++)
        {
            // Equal infinities and NaN on both sides agree; their difference would not say so.
            if (expected[i].Equals(actual[i])) continue;
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * scale,
                string.Create(CultureInfo.InvariantCulture, $"element {i}: expected {expected[i]:R}, actual {actual[i]:R}, tolerance {tolerance:R} · {scale:R}"));
        }
    }

    public static void Bitwise<T>(Tensor<T> expected, Tensor<T> actual)
        where T : unmanaged
    {
        Assert.Equal(expected.Shape.ToString(), actual.Shape.ToString());
        Assert.Equal(expected.ToArray(), actual.ToArray());
    }

    /// <summary>Runs the action and compares the beginning of the exception's message: the base class may append the parameter's name.</summary>
    public static void Throws<TException>(string message, Action action)
        where TException : Exception
    {
        TException thrown = Assert.Throws<TException>(action);
        Assert.StartsWith(message, thrown.Message, StringComparison.Ordinal);
    }

    /// <inheritdoc cref="Throws{TException}(string, Action)"/>
    public static void Throws<TException>(string message, Func<object?> action)
        where TException : Exception => Throws<TException>(message, () => { _ = action(); });

    /// <summary>
    /// The first and the second derivatives of f by every input against central differences; then with strided inputs, which must change nothing, and
    /// the fused backward rules against the recorded ones.
    /// </summary>
    public static void Gradients(Func<Tensor<double>[], Tensor<double>> f, params Tensor<double>[] inputs)
    {
        GradCheck.Verify(xs => f([.. xs]), inputs);

        Tensor<double>[] dense = Leaves(inputs), strided = Leaves([.. inputs.Select(Strided)]);
        Tensor<double> expected = f(dense), actual = f(strided);
        Close(expected, actual);
        Tensor<double> seed = Values(expected.Shape, "seed");
        Tensor<double>[] fused = Gradient.Of(expected, dense, seed, retainGraph: true), recorded = Gradient.Of(expected, dense, seed, differentiable: true);
        // The seed arrives strided, as it does from below a transposition.
        Tensor<double>[] ofViews = Gradient.Of(actual, strided, Strided(seed));
        for (int i = 0; i < inputs.Length; i++)
        {
            Close(fused[i], recorded[i]);
            Close(fused[i], ofViews[i]);
        }
    }

    /// <summary>As <see cref="Gradients(Func{Tensor{double}[], Tensor{double}}, Tensor{double}[])"/>, for one input.</summary>
    public static void Gradients(Func<Tensor<double>, Tensor<double>> f, Tensor<double> input) => Gradients(xs => f(xs[0]), input);

    /// <summary>As <see cref="Gradients(Func{Tensor{double}[], Tensor{double}}, Tensor{double}[])"/>, for two inputs.</summary>
    public static void Gradients(Func<Tensor<double>, Tensor<double>, Tensor<double>> f, Tensor<double> a, Tensor<double> b) => Gradients(xs => f(xs[0], xs[1]), a, b);

    /// <summary>The result of f has this shape, and the gradient of its sum by every input, all empty or neutral, is zero.</summary>
    public static void Empty(Func<Tensor<double>[], Tensor<double>> f, Shape result, Shape first, Shape? second = null, Shape? third = null, Shape? fourth = null)
    {
        // No params array of shapes: [2, 0] would be read as two of them.
        Tensor<double>[] leaves = [.. new[] { first, second, third, fourth }.Where(shape => shape is not null).Select(shape => Values(shape!.Value).RequireGradient())];
        Tensor<double> y = f(leaves);
        Assert.Equal(result.ToString(), y.Shape.ToString());
        y.Sum().Backward();
        foreach (Tensor<double> leaf in leaves) Bitwise(Tensor.Zeros<double>(leaf.Shape), leaf.Gradient!);
    }

    private static Tensor<double>[] Leaves(Tensor<double>[] inputs) => [.. inputs.Select(x => x.Detach().RequireGradient())];
}
