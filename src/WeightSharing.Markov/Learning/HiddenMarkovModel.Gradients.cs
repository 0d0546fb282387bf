using WeightSharing.Tensors;

namespace WeightSharing.Markov;

// The model as a differentiable function of its parameters.
public sealed partial class HiddenMarkovModel<TObservation>
{
    /// <summary>
    /// ln P(x) as a differentiable tensor. The gradient of a probability θ is its expected count divided by θ; each state's use of a parameter is in its
    /// ledger, so that under <c>UsageLedger.TrackContributions</c> the ledger holds what every tied state contributed.
    /// </summary>
    /// <param name="sequence">T observations.</param>
    /// <exception cref="NotSupportedException">The emission is not differentiable, or the model has silent states.</exception>
    public Tensor<double> DifferentiableLogLikelihood(ReadOnlySpan<TObservation> sequence)
    {
        if (Emission is not IDifferentiableEmission<TObservation> emission)
        {
            throw new NotSupportedException($"DifferentiableLogLikelihood: the emission {Emission.GetType().Name} is not differentiable; implement IDifferentiableEmission, or pass log-probabilities.");
        }

        return DifferentiableLogLikelihood(emission.LogProbabilities(sequence));
    }

    /// <summary>ln P for emissions that something else computes, a network for example: the gradient by them is the posteriors.</summary>
    /// <param name="logEmissions">[T, S].</param>
    /// <exception cref="NotSupportedException">The model has silent states.</exception>
    public Tensor<double> DifferentiableLogLikelihood(Tensor<double> logEmissions)
    {
        if (Array.IndexOf(silent, true) >= 0)
        {
            throw new NotSupportedException("DifferentiableLogLikelihood: the model has silent states; train it with Fit, or write the chain without them.");
        }

        return ChainLogLikelihood.Of(
            EmissionParts.LogOrForbidden(EmissionParts.UseByState(Start)), EmissionParts.LogOrForbidden(EmissionParts.UseByState(Transitions)), logEmissions);
    }
}
