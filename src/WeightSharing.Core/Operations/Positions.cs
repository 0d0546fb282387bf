using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Where a step stands in a sequence, as sines and cosines.</summary>
public static class PositionsOperation
{
    extension(Tensor)
    {
        /// <summary>
        /// A vector for each position (Vaswani et al. 2017): y[t, 2k] = sin(t·ωₖ), y[t, 2k + 1] = cos(t·ωₖ), ωₖ = base^(−2k/D): [length, D].
        /// </summary>
        /// <param name="length">How many positions, from 0.</param>
        /// <param name="dimension">D.</param>
        /// <param name="wavelength">The base: 2π times it is the longest wave.</param>
        /// <exception cref="ArgumentOutOfRangeException">A negative length or dimension, or a base that is not greater than 0.</exception>
        public static Tensor<T> SinusoidalPositions<T>(int length, int dimension, double wavelength = 10000)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (length < 0 || dimension < 0 || !(wavelength > 0))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(length), $"SinusoidalPositions: length {length}, dimension {dimension}, base {wavelength}; expected at least 0, at least 0 and greater than 0.");
            }

            Tensor<T> y = Tensor<T>.Uninitialized([length, dimension], "SinusoidalPositions");
            for (int t = 0; t < length; t++)
            {
                for (int d = 0; d < dimension; d++)
                {
                    double angle = t * Math.Pow(wavelength, -(double)(d - d % 2) / dimension);
                    y.Buffer[t * dimension + d] = T.CreateChecked(d % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
                }
            }

            return y;
        }
    }

    extension<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // (y[t, a], y[t, b]) = (x[t, a] cos tω − x[t, b] sin tω, x[t, a] sin tω + x[t, b] cos tω)
        /// <summary>
        /// Rotary positions (Su et al. 2021): every pair of coordinates of step t turned by t·ωₖ, ωₖ = base^(−2k/D), so that products of queries and keys
        /// depend on the distance of their steps alone: [.., L, D] → [.., L, D].
        /// </summary>
        /// <param name="start">The position of the first step.</param>
        /// <param name="wavelength">The base.</param>
        /// <param name="interleaved">Pairs (2k, 2k + 1), as in the paper; otherwise (k, k + D/2), as in GPT-NeoX and LLaMA.</param>
        /// <exception cref="ArgumentException">Fewer than two dimensions, or an odd last one.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The base is not greater than 0.</exception>
        public Tensor<T> RotaryPositions(int start = 0, double wavelength = 10000, bool interleaved = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank < 2 || x.Shape[^1] % 2 != 0) throw new ArgumentException($"RotaryPositions: input {x.Shape}; expected [.., L, D] with an even D.");
            if (!(wavelength > 0)) throw new ArgumentOutOfRangeException(nameof(wavelength), $"RotaryPositions: base {wavelength}; it must be greater than 0.");
            int length = x.Shape[^2], dimension = x.Shape[^1], half = dimension / 2;
            Tensor<T> cosines = Tensor<T>.Uninitialized([length, dimension], "RotaryPositions"), sines = Tensor<T>.Uninitialized([length, dimension], "RotaryPositions");
            var partner = new int[dimension];
            for (int d = 0; d < dimension; d++)
            {
                (int pair, bool isFirst) = interleaved ? (d / 2, d % 2 == 0) : (d % half, d < half);
                partner[d] = interleaved ? d ^ 1 : (d + half) % dimension;
                double frequency = Math.Pow(wavelength, -2.0 * pair / dimension);
                for (int t = 0; t < length; t++)
                {
                    (double sine, double cosine) = Math.SinCos((start + t) * frequency);
                    cosines.Buffer[t * dimension + d] = T.CreateChecked(cosine);
                    sines.Buffer[t * dimension + d] = T.CreateChecked(isFirst ? -sine : sine);
                }
            }

            return x * cosines + x.IndexSelect(-1, Tensor.From(partner)) * sines;
        }
    }
}
