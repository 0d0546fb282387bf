using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Training;

/// <summary>
/// Changes how the uses of a shared parameter make up its gradient: instead of their plain sum, a weighted one, or one without conflicts. Set as <see cref="Trainer{T, TInput, TTarget}.UsageRule"/>,
/// or applied by hand between Backward and Step, with contributions tracked.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class UsageRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Puts the gradient together anew for every parameter with tracked contributions; what did not come from a noted use, such as a penalty, stays in it as it is.</summary>
    /// <param name="parameters">After a backward pass under <see cref="UsageLedger.TrackContributions"/>.</param>
    /// <param name="step">The number of steps made, for rules that draw.</param>
    public void Apply(ParameterSet<T> parameters, long step)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using NoGrad inference = NoGrad.Begin();
        for (int i = 0; i < parameters.Count; i++)
        {
            Parameter<T> parameter = parameters[i];
            if (parameter.IsFrozen || parameter.Gradient is not { } gradient) continue;
            Usage<T>[] tracked = [.. parameter.Ledger.Usages.Where(usage => usage.Gradient is not null)];
            if (tracked.Length == 0) continue;
            Tensor<T> plain = tracked.Select(usage => usage.Gradient!).Aggregate((a, b) => a + b);
            gradient.CopyFrom(gradient - plain + Combine(tracked, parameters.NamesOf(parameter)[0], step));
        }
    }

    /// <summary>The new sum of the uses' gradients.</summary>
    /// <param name="usages">Each with a gradient.</param>
    /// <param name="name">The parameter's canonical name.</param>
    /// <param name="step">The number of steps made.</param>
    protected abstract Tensor<T> Combine(IReadOnlyList<Usage<T>> usages, string name, long step);
}

/// <summary>Σ sᵢ·gᵢ: every use's gradient times a factor of its own; 0 stops a use from teaching the parameter.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="factor">Of a use, for example <c>usage =&gt; usage.Scope == "decoder" ? 0.1 : 1</c>.</param>
public sealed class ScaleUsages<T>(Func<Usage<T>, double> factor) : UsageRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Combine(IReadOnlyList<Usage<T>> usages, string name, long step)
    {
        ArgumentNullException.ThrowIfNull(usages);
        return usages.Select(usage => usage.Gradient! * T.CreateChecked(factor(usage))).Aggregate((a, b) => a + b);
    }
}

/// <summary>
/// Projects conflicts away (PCGrad, Yu et al. 2020, algorithm 1, between the uses of one parameter): every gradient loses its part along each other one that it has a negative product
/// with, the others taken in a random order, and the results are added.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="seed">Of the orders.</param>
public sealed class ProjectConflicts<T>(long seed = 0) : UsageRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Tensor<T> Combine(IReadOnlyList<Usage<T>> usages, string name, long step)
    {
        ArgumentNullException.ThrowIfNull(usages);
        Tensor<T>[] gradients = [.. usages.Select(usage => usage.Gradient!)];
        T[] squares = [.. gradients.Select(gradient => (gradient * gradient).Sum().Item())];
        RandomKey key = RandomKey.Of(seed).Fork(name).Fork(step);
        Tensor<T>? sum = null;
        for (int i = 0; i < gradients.Length; i++)
        {
            Tensor<T> own = gradients[i];
            foreach (int j in Tensor.Permutation(gradients.Length, key.Fork(i)).ToArray())
            {
                if (j == i || squares[j] == T.Zero) continue;
                T product = (own * gradients[j]).Sum().Item();
                if (product < T.Zero) own -= gradients[j] * (product / squares[j]);
            }

            sum = sum is null ? own : sum + own;
        }

        return sum!;
    }
}
