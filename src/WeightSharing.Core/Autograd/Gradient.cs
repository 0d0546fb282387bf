using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>Gradients as values: they touch no leaf, and can be differentiated again.</summary>
public static class Gradient
{
    /// <summary>∂y/∂x for each x, of x's shape, contiguous.</summary>
    /// <param name="y">A scalar.</param>
    /// <param name="xs">Leaves or intermediate results. One that <paramref name="y"/> does not depend on has a gradient of zeros.</param>
    /// <param name="differentiable">Records the gradient computation, so that the gradients can be differentiated; the graph is then kept.</param>
    /// <exception cref="InvalidOperationException">y is no scalar or requires no gradient; an x requires no gradient; the graph was given up.</exception>
    public static Tensor<T>[] Of<T>(Tensor<T> y, IReadOnlyList<Tensor<T>> xs, bool differentiable = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(y);
        return Of(y, xs, Differentiation.Seed(y), differentiable);
    }

    /// <summary>∂y/∂x for one x.</summary>
    /// <inheritdoc cref="Of{T}(Tensor{T}, IReadOnlyList{Tensor{T}}, bool)"/>
    public static Tensor<T> Of<T>(Tensor<T> y, Tensor<T> x, bool differentiable = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of(y, [x], differentiable)[0];

    /// <summary>Σ seed·∂y/∂x for each x: a vector–Jacobian product, for y of any shape.</summary>
    /// <param name="y">The result.</param>
    /// <param name="xs">Leaves or intermediate results.</param>
    /// <param name="seed">The gradient at y, of y's shape; may itself be differentiable.</param>
    /// <param name="differentiable">Records the gradient computation; the graph is then kept.</param>
    /// <param name="retainGraph">Keeps the graph for another pass.</param>
    /// <exception cref="ArgumentException">The seed has another shape than y.</exception>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public static Tensor<T>[] Of<T>(Tensor<T> y, IReadOnlyList<Tensor<T>> xs, Tensor<T> seed, bool differentiable = false, bool retainGraph = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of("Gradient.Of", y, xs, seed, differentiable, retainGraph, partial: false);

    /// <summary>
    /// Σ seed·∂y/∂x for each x while the other xs are held constant, also where one was computed from another: what lies below the xs is not looked at.
    /// </summary>
    /// <inheritdoc cref="Of{T}(Tensor{T}, IReadOnlyList{Tensor{T}}, Tensor{T}, bool, bool)"/>
    public static Tensor<T>[] Partial<T>(Tensor<T> y, IReadOnlyList<Tensor<T>> xs, Tensor<T> seed, bool differentiable = false, bool retainGraph = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of("Gradient.Partial", y, xs, seed, differentiable, retainGraph, partial: true);

    private static Tensor<T>[] Of<T>(
        string name, Tensor<T> y, IReadOnlyList<Tensor<T>> xs, Tensor<T> seed, bool differentiable, bool retainGraph, bool partial)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(xs);
        ArgumentNullException.ThrowIfNull(seed);
        Node<T> result = Differentiation.RequiredNode(y, name);
        Differentiation.CheckSeed(name, y, seed);
        Node<T>[] nodes = [.. xs.Select(x => Differentiation.RequiredNode(x, name))];

        var pass = new BackwardPass(retainGraph || differentiable, differentiable);
        pass.RestrictTo(result, nodes, partial);
        pass.Run(result, seed);
        return [.. nodes.Select(node => pass.Gathered<T>(node) is { } gradient ? differentiable ? gradient.Contiguous() : gradient.Dense() : Tensor.Zeros<T>(node.Shape))];
    }

    /// <summary>
    /// H·v with H = ∂²y/∂x∂xᵀ over all xs together, exact (Pearlmutter 1994): the gradient of ⟨∂y/∂x, v⟩.
    /// </summary>
    /// <param name="y">A scalar.</param>
    /// <param name="xs">The variables.</param>
    /// <param name="vs">One direction a variable, of its shape.</param>
    /// <exception cref="ArgumentException">The number or a shape of the directions differs from the variables'.</exception>
    public static Tensor<T>[] HessianVectorProduct<T>(Tensor<T> y, IReadOnlyList<Tensor<T>> xs, IReadOnlyList<Tensor<T>> vs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(xs);
        ArgumentNullException.ThrowIfNull(vs);
        if (xs.Count != vs.Count)
        {
            throw new ArgumentException($"HessianVectorProduct: {xs.Count} variables but {vs.Count} directions; each variable needs one.", nameof(vs));
        }

        Tensor<T>[] gradients = Of(y, xs, differentiable: true);
        Tensor<T>? slope = null;
        for (int i = 0; i < xs.Count; i++)
        {
            if (vs[i].Shape != xs[i].Shape)
            {
                throw new ArgumentException($"HessianVectorProduct: direction {i} has shape {vs[i].Shape}, its variable {xs[i].Shape}; they must be equal.", nameof(vs));
            }

            // A gradient without history does not depend on the variables: it adds nothing.
            if (!gradients[i].RequiresGradient) continue;
            Tensor<T> term = (gradients[i] * vs[i]).Sum();
            slope = slope is null ? term : slope + term;
        }

        return slope is null ? [.. xs.Select(x => Tensor.Zeros<T>(x.Shape))] : Of(slope, xs, Tensor.Ones<T>(slope.Shape), retainGraph: true);
    }
}
