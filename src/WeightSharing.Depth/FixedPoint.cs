using System.Globalization;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// Finds z = f(z) by Anderson acceleration: the next iterate combines the last few so that their residuals cancel best.
/// </summary>
/// <remarks>Anderson 1965; Walker and Ni, "Anderson acceleration for fixed-point iterations", 2011.</remarks>
/// <param name="Tolerance">On ‖f(z) − z‖ / (‖f(z)‖ + 1e-9); below eight roundings of the element type it counts as those.</param>
/// <param name="MaximumIterations">Evaluations of f after which it fails.</param>
/// <param name="Memory">How many earlier iterates are combined; 0 is the plain iteration.</param>
/// <param name="Damping">β: the part of the residual in the next iterate; 1 is all of it.</param>
public sealed record AndersonSettings(double Tolerance = 1e-6, int MaximumIterations = 100, int Memory = 5, double Damping = 1);

/// <summary>An iteration that did not converge; it says how far it came.</summary>
public sealed class ConvergenceException : InvalidOperationException
{
    internal ConvergenceException(string message, int iterations, double residual, double norm)
        : base(message) => (Iterations, Residual, Norm) = (iterations, residual, norm);

    /// <summary>Iterations made.</summary>
    public int Iterations { get; }

    /// <summary>‖f(z) − z‖ / ‖f(z)‖ reached.</summary>
    public double Residual { get; }

    /// <summary>‖f(z)‖₂ reached.</summary>
    public double Norm { get; }
}

/// <summary>Fixed points with their implicit gradient.</summary>
internal static class FixedPoint
{
    /// <summary>z = f(z) near a start, without recording.</summary>
    public static (Tensor<T> Value, int Iterations) Find<T>(string name, Func<Tensor<T>, Tensor<T>> f, Tensor<T> start, AndersonSettings settings)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using NoGrad off = NoGrad.Begin();
        double tolerance = Math.Max(settings.Tolerance, 8 * double.CreateChecked(T.BitIncrement(T.One) - T.One));
        Tensor<T> z = start.Detach();
        var points = new List<(Tensor<T> Image, Tensor<T> Residual)>();
        double residual = double.NaN, norm = double.NaN;
        for (int i = 1; i <= settings.MaximumIterations; i++)
        {
            Tensor<T> image = f(z);
            if (image.Shape != z.Shape) throw new ArgumentException($"{name}: f gives {image.Shape} for a state {z.Shape}; a fixed point needs equal shapes.");
            Tensor<T> r = image - z;
            norm = Norm(image);
            residual = Norm(r) / (norm + 1e-9);
            if (residual <= tolerance) return (image, i);
            if (!double.IsFinite(residual)) break;
            points.Add((image, r));
            if (points.Count > settings.Memory + 1) points.RemoveAt(0);
            z = Next(points, settings.Damping);
        }

        throw new ConvergenceException(string.Create(CultureInfo.InvariantCulture,
            $"{name}: no fixed point after {settings.MaximumIterations} iterations: ‖f(z) − z‖ / ‖f(z)‖ = {residual:0.###e-00} with ‖f(z)‖ = {norm:0.###e-00}, tolerance {tolerance:0.###e-00}. ")
            + "Make f a contraction (smaller weights, normalisation), allow more iterations, or loosen the tolerance.", settings.MaximumIterations, residual, norm);
    }

    // z = Σ α_j·(z_j + β·r_j), Σ α_j = 1, ‖Σ α_j·r_j‖ least. With differences to the newest: least squares in γ, by the normal equations.
    private static Tensor<T> Next<T>(List<(Tensor<T> Image, Tensor<T> Residual)> points, double damping)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Tensor<T> image, Tensor<T> residual) = points[^1];
        int n = points.Count - 1;
        Tensor<T>[] differences = [.. points.Take(n).Select(point => point.Residual - residual)];
        var gram = new double[n, n];
        var right = new double[n];
        for (int i = 0; i < n; i++)
        {
            right[i] = -Dot(differences[i], residual);
            for (int j = 0; j <= i; j++) gram[i, j] = gram[j, i] = Dot(differences[i], differences[j]);
        }

        double[] gamma = Solve(gram, right);
        Tensor<T> r = residual, y = image;
        for (int j = 0; j < n; j++)
        {
            T weight = T.CreateChecked(gamma[j]);
            r += differences[j] * weight;
            y += (points[j].Image - image) * weight;
        }

        // y = Σ α·f(z_j) = Σ α·(z_j + r_j)
        return damping == 1 ? y : y + r * T.CreateChecked(damping - 1);
    }

    // Cholesky with a ridge far below what the differences span: nearly parallel ones then get no weight instead of huge ones.
    private static double[] Solve(double[,] a, double[] b)
    {
        int n = b.Length;
        double trace = 0;
        for (int i = 0; i < n; i++) trace += a[i, i];
        double ridge = 1e-12 * trace + double.Epsilon;
        var l = new double[n, n];
        var x = new double[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i, j] + (i == j ? ridge : 0);
                for (int k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(Math.Max(sum, ridge)) : sum / l[j, j];
            }
        }

        for (int i = 0; i < n; i++)
        {
            double sum = b[i];
            for (int k = 0; k < i; k++) sum -= l[i, k] * x[k];
            x[i] = sum / l[i, i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double sum = x[i];
            for (int k = i + 1; k < n; k++) sum -= l[k, i] * x[k];
            x[i] = sum / l[i, i];
        }

        return x;
    }

    private static double Norm<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Sqrt(Dot(x, x));

    private static double Dot<T>(Tensor<T> a, Tensor<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateChecked((a * b).Sum().Item());

    /// <summary>The fixed point, differentiable by the implicit function theorem: dz = (1 − ∂f/∂z)⁻¹·∂f/∂θ·dθ.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="f">Also computed from the leaves.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="leaves">θ: what f is computed from.</param>
    /// <param name="operands">The tensors that stand for θ in the graph.</param>
    /// <param name="settings">Of the iterations there and back.</param>
    public static Tensor<T> Of<T>(
        string name, Func<Tensor<T>, Tensor<T>> f, Tensor<T> start, IReadOnlyList<Tensor<T>> leaves, Func<IReadOnlyList<Tensor<T>>> operands, AndersonSettings settings)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> z = Find(name, f, start, settings).Value;
        if (NoGrad.IsActive) return z;
        Tensor<T> value = z.Detach();
        return CustomGradient.Of(name, z, operands(), (dy, differentiable) =>
        {
            using UsageLedgerScope silent = UsageLedger.Off();
            Tensor<T>[] learned = [.. leaves.Where(leaf => leaf.RequiresGradient)];
            Tensor<T>[] found = differentiable ? Unrolled() : Implicit();
            int next = 0;
            return [.. leaves.Select(leaf => leaf.RequiresGradient ? found[next++] : null)];

            // u = u·∂f/∂z + dy; then u·∂f/∂θ
            Tensor<T>[] Implicit()
            {
                Tensor<T> at = value.Detach().RequireGradient(), image = CustomGradient.Recorded(() => f(at));
                if (!image.RequiresGradient) return [.. learned.Select(leaf => Tensor.Zeros<T>(leaf.Shape))];
                Tensor<T> u = Find($"{name}, backward", v => Gradient.Partial(image, [at], v, retainGraph: true)[0] + dy, dy, settings).Value;
                return Gradient.Partial(image, [at, .. learned], u)[1..];
            }

            // As many recorded steps as let the gradient's remainder fall below the tolerance: right where f contracts.
            Tensor<T>[] Unrolled()
            {
                Tensor<T> at = value.Detach().RequireGradient(), image = f(at), seed = dy.Detach();
                int steps = Find(
                    $"{name}, backward", v => Gradient.Partial(image, [at], v, retainGraph: true)[0] + seed, seed, settings with { Memory = 0 }).Iterations;
                Tensor<T> unrolled = value;
                for (int i = 0; i < steps; i++) unrolled = f(unrolled);
                return Gradient.Partial(unrolled, learned, dy, differentiable: true);
            }
        });
    }
}
