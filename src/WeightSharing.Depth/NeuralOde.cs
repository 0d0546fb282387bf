using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>How gradients come back through a <see cref="NeuralOde{T}"/>.</summary>
public enum OdeGradient
{
    /// <summary>Through every step of the solver: exact for what was computed; memory grows with the number of steps.</summary>
    ThroughSteps,

    /// <summary>By the adjoint equation, solved backwards in time: exact to the solver's error; memory does not grow with the number of steps.</summary>
    Adjoint,
}

/// <summary>
/// y(t₁) for dy/dt = f(t, y), y(t₀) = x: a residual network with infinitely many layers that share their weights.
/// <para>Shares the field's weights over all times: each step of the solver is a usage, or, by the adjoint, all of them together are one.</para>
/// <para>Shapes: input [..], output of the same shape; the trajectory over n times [n, ..].</para>
/// <para>Parameters: the field's, under <c>field</c>; unshared (a residual network of as many layers as evaluations) as many times more.</para>
/// <para>Chen, Rubanova, Bettencourt and Duvenaud, "Neural ordinary differential equations", 2018.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class NeuralOde<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A differential equation as a layer.</summary>
    /// <param name="field">f.</param>
    /// <param name="solver">The method; null is <see cref="OdeSolver.DormandPrince"/> with its default tolerances.</param>
    /// <param name="gradient">How gradients come back.</param>
    /// <param name="start">t₀.</param>
    /// <param name="end">t₁; before t₀ to integrate backwards.</param>
    /// <exception cref="ArgumentException">A time is not finite.</exception>
    public NeuralOde(OdeField<T> field, OdeSolver? solver = null, OdeGradient gradient = OdeGradient.ThroughSteps, double start = 0, double end = 1)
    {
        if (!double.IsFinite(start) || !double.IsFinite(end)) throw new ArgumentException($"NeuralOde: from t = {start} to {end}; both must be finite.", nameof(end));
        Field = Register("field", field);
        (Solver, Gradient, Start, End) = (solver ?? OdeSolver.DormandPrince(), gradient, start, end);
    }

    /// <summary>f.</summary>
    public OdeField<T> Field { get; }

    /// <summary>The method.</summary>
    public OdeSolver Solver { get; }

    /// <summary>How gradients come back.</summary>
    public OdeGradient Gradient { get; }

    /// <summary>t₀.</summary>
    public double Start { get; }

    /// <summary>t₁.</summary>
    public double End { get; }

    /// <inheritdoc/>
    /// <exception cref="OdeException">The step size underflows, or the steps do not suffice.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => Trajectory(input, [Start, End]).Select(0, 1);

    /// <summary>The state at several times: [times, ..].</summary>
    /// <param name="input">The state at the first of them.</param>
    /// <param name="times">All ascending or all descending.</param>
    /// <exception cref="ArgumentException">The times are not in order or not finite, or the field gives another shape.</exception>
    /// <exception cref="OdeException">The step size underflows, or the steps do not suffice.</exception>
    public Tensor<T> Trajectory(Tensor<T> input, IReadOnlyList<double> times)
    {
        if (Gradient == OdeGradient.ThroughSteps || NoGrad.IsActive) return Ode.Solve(Field.Derivative, input, times, Solver);
        ParameterSet<T> set = Field.Parameters;
        Weight<T>[] handles = [.. set.Select(parameter => set[set.NamesOf(parameter)[0]])];
        return Ode.SolveAdjoint(
            Field.Derivative, input, times, Solver, [.. set.Select(parameter => parameter.Value)],
            // The number of evaluations of an adaptive solver depends on the data: noted by it, usages would have no end.
            evaluations => [.. handles.Select(handle => handle.UseFree(positions: Solver is DormandPrince ? 1 : evaluations))]);
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return new NeuralOde<TOther>(copier.Copy<OdeField<TOther>>(Field), Solver, Gradient, Start, End);
    }
}
