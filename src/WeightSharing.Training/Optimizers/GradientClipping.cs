using System.Numerics;
using WeightSharing.Sharing;

namespace WeightSharing.Training;

/// <summary>Keeps gradients small between backward pass and optimizer step (Pascanu et al. 2013).</summary>
public static class GradientClipping
{
    extension<T>(ParameterSet<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>‖g‖ = √Σ g² over the gradients of all parameters together; 0 when there are none.</summary>
        /// <exception cref="ArithmeticException">A gradient has an infinite or NaN element; the message names its parameter.</exception>
        public double GradientNorm()
        {
            double sum = 0;
            foreach (Parameter<T> parameter in parameters)
            {
                double square = ParameterUpdate.SquaredGradientNorm(parameter);
                if (!double.IsFinite(square))
                {
                    throw new ArithmeticException(
                        $"GradientNorm: the gradient of {string.Join(" = ", parameters.NamesOf(parameter))} {parameter.Shape} has {(double.IsNaN(square) ? "NaN" : "infinite")} elements; "
                        + "lower the learning rate, or look for the operation that overflows.");
                }

                sum += square;
            }

            return Math.Sqrt(sum);
        }

        /// <summary>
        /// Scales all gradients by maximum / ‖g‖ when ‖g‖ is larger than <paramref name="maximum"/>; returns ‖g‖ as it was before.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The maximum is not a finite number above 0.</exception>
        /// <exception cref="ArithmeticException">A gradient has an infinite or NaN element; the message names its parameter.</exception>
        public double ClipGradientNorm(double maximum)
        {
            Hyperparameter.Positive(maximum, "ClipGradientNorm", "maximum");
            double norm = parameters.GradientNorm();
            if (norm <= maximum) return norm;
            foreach (Parameter<T> parameter in parameters) ParameterUpdate.ScaleGradient(parameter, maximum / norm);
            return norm;
        }

        /// <summary>Limits every element of every gradient to −bound … bound; NaN stays NaN.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The bound is not a finite number above 0.</exception>
        public void ClipGradientValue(double bound)
        {
            Hyperparameter.Positive(bound, "ClipGradientValue", "bound");
            foreach (Parameter<T> parameter in parameters) ParameterUpdate.ClampGradient(parameter, bound);
        }
    }
}
