using System.Globalization;
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>Solutions of dy/dt = f(t, y) for functions, differentiable through the steps or by the adjoint equation.</summary>
public static class Ode
{
    /// <summary>The solution at given times, y[i] = y(times[i]). Gradients go through the steps of the solver: exact for what it computed.</summary>
    /// <param name="field">f(t, y), of y's shape.</param>
    /// <param name="state">y at the first time.</param>
    /// <param name="times">At least one, all ascending or all descending.</param>
    /// <param name="solver">The method.</param>
    /// <returns>[times, state..].</returns>
    /// <exception cref="ArgumentException">The times are not in order or not finite, or the field gives another shape.</exception>
    /// <exception cref="OdeException">The step size underflows, or the steps do not suffice.</exception>
    public static Tensor<T> Solve<T>(Func<double, Tensor<T>, Tensor<T>> field, Tensor<T> state, IReadOnlyList<double> times, OdeSolver solver)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(solver);
        double[] order = Check(state, times);
        var results = new Tensor<T>[order.Length];
        results[0] = state;
        solver.Integrate(Problem(field), [state], order, (i, y) => results[i] = y[0]);
        return Tensor.Stack(results, 0);
    }

    /// <summary>
    /// The same solution with gradients by the adjoint: da/dt = −a·∂f/∂y and dg/dt = −a·∂f/∂θ are solved backwards in time together with y. Memory does not
    /// grow with the number of steps; the gradients are exact to the solver's error.
    /// </summary>
    /// <remarks>Chen et al., "Neural ordinary differential equations", 2018, algorithm 1. A pass that will be differentiated again goes through the steps.</remarks>
    /// <param name="field">f(t, y), of y's shape.</param>
    /// <param name="state">y at the first time.</param>
    /// <param name="times">At least one, all ascending or all descending.</param>
    /// <param name="solver">The method, there and back.</param>
    /// <param name="parameters">θ: everything else that f is computed from and that is to have a gradient. Leaves.</param>
    /// <returns>[times, state..].</returns>
    /// <exception cref="ArgumentException">The times are not in order or not finite, or the field gives another shape.</exception>
    /// <exception cref="OdeException">The step size underflows, or the steps do not suffice.</exception>
    public static Tensor<T> SolveAdjoint<T>(
        Func<double, Tensor<T>, Tensor<T>> field, Tensor<T> state, IReadOnlyList<double> times, OdeSolver solver, params IReadOnlyList<Tensor<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SolveAdjoint(field, state, times, solver, parameters, _ => parameters);
    }

    /// <summary>As the public one; <paramref name="operands"/> gives, from the number of evaluations, the tensors that stand for the parameters in the graph.</summary>
    internal static Tensor<T> SolveAdjoint<T>(
        Func<double, Tensor<T>, Tensor<T>> field, Tensor<T> state, IReadOnlyList<double> times, OdeSolver solver, IReadOnlyList<Tensor<T>> parameters,
        Func<int, IReadOnlyList<Tensor<T>>> operands)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(solver);
        double[] order = Check(state, times);
        Tensor<T> result;
        int evaluations;
        using (NoGrad.Begin())
        {
            var results = new Tensor<T>[order.Length];
            results[0] = state.Detach();
            evaluations = solver.Integrate(Problem(field), [results[0]], order, (i, y) => results[i] = y[0]);
            result = Tensor.Stack(results, 0);
        }

        if (NoGrad.IsActive) return result;
        Tensor<T> values = result.Detach();
        return CustomGradient.Of("NeuralOde", result, [state, .. operands(evaluations)], (dy, differentiable) =>
        {
            using UsageLedgerScope silent = UsageLedger.Off();
            return differentiable ? ThroughSteps(dy) : Adjoint(field, values, dy, order, solver, parameters);
        });

        IReadOnlyList<Tensor<T>?> ThroughSteps(Tensor<T> dy)
        {
            Tensor<T>[] xs = [state, .. parameters];
            Tensor<T>[] wanted = [.. xs.Where(x => x.RequiresGradient)];
            Tensor<T>[] found = Gradient.Partial(Solve(field, state, order, solver), wanted, dy, differentiable: true);
            int next = 0;
            return [.. xs.Select(x => x.RequiresGradient ? found[next++] : null)];
        }
    }

    internal static OdeProblem<T> Problem<T>(Func<double, Tensor<T>, Tensor<T>> field)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new((t, y) =>
        {
            Tensor<T> slope = field(t, y[0]);
            return slope.Shape == y[0].Shape
                ? [slope]
                : throw new ArgumentException($"Ode: the field gives {slope.Shape} for a state {y[0].Shape}; a rate of change must have the state's shape.", nameof(field));
        });

    internal static double[] Check<T>(Tensor<T> state, IReadOnlyList<double> times)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(times);
        if (times.Count == 0) throw new ArgumentException("Ode: no times; give at least the one at which the state holds.", nameof(times));
        for (int i = 0; i < times.Count; i++)
        {
            if (!double.IsFinite(times[i]) || i > 0 && (times[i] - times[i - 1]) * (times[^1] - times[0]) < 0 || i > 0 && times[i] != times[i - 1] && times[^1] == times[0])
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Ode: time {times[i]} at position {i} of {times.Count}; they must be finite, and all ascend or all descend."), nameof(times));
            }
        }

        return [.. times];
    }

    // Backwards from each time to the one before, from the state that the solution had there; at each time the gradient that arrives is added.
    private static Tensor<T>?[] Adjoint<T>(
        Func<double, Tensor<T>, Tensor<T>> field, Tensor<T> values, Tensor<T> dy, double[] times, OdeSolver solver, IReadOnlyList<Tensor<T>> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T>[] learned = [.. parameters.Where(parameter => parameter.RequiresGradient)];
        // [y, a, g..]' = [f, −a·∂f/∂y, −a·∂f/∂θ..]
        var problem = new OdeProblem<T>((t, s) =>
        {
            Tensor<T> y = s[0].Detach().RequireGradient();
            (Tensor<T> slope, Tensor<T>[] products) = CustomGradient.VectorJacobianProduct(() => field(t, y), [y, .. learned], s[1]);
            return [slope.Detach(), .. products.Select(product => -product)];
        });
        Tensor<T> adjoint = dy.Select(0, times.Length - 1);
        Tensor<T>[] sums = [.. learned.Select(parameter => Tensor.Zeros<T>(parameter.Shape))];
        for (int i = times.Length - 1; i > 0; i--)
        {
            solver.Integrate(problem, [values.Select(0, i), adjoint, .. sums], [times[i], times[i - 1]], (_, s) => (adjoint, sums) = (s[1], s[2..]));
            adjoint += dy.Select(0, i - 1);
        }

        int next = 0;
        return [adjoint, .. parameters.Select(parameter => parameter.RequiresGradient ? sums[next++] : null)];
    }
}
