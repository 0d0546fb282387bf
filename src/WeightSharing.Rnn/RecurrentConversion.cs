using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>The way between a recurrent net and the one whose steps have weights of their own.</summary>
public static class RecurrentConversion
{
    extension<T>(Rnn<T> net)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The net with the same weights at every step, each step free to go its own way.</summary>
        /// <param name="steps">T, for which the unshared net is made.</param>
        /// <exception cref="ArgumentOutOfRangeException">No steps.</exception>
        public UnsharedRnn<T> ToUnshared(int steps)
        {
            ArgumentNullException.ThrowIfNull(net);
            return Spread(net, new UnsharedRnn<T>(net.Nonlinearity, net.Settings with { Steps = steps }, null), steps);
        }
    }

    extension<T>(Lstm<T> net)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The net with the same weights at every step, each step free to go its own way.</summary>
        /// <param name="steps">T, for which the unshared net is made.</param>
        /// <exception cref="ArgumentOutOfRangeException">No steps.</exception>
        public UnsharedLstm<T> ToUnshared(int steps)
        {
            ArgumentNullException.ThrowIfNull(net);
            return Spread(net, new UnsharedLstm<T>(net.Settings with { Steps = steps }, null), steps);
        }
    }

    extension<T>(Gru<T> net)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The net with the same weights at every step, each step free to go its own way.</summary>
        /// <param name="steps">T, for which the unshared net is made.</param>
        /// <exception cref="ArgumentOutOfRangeException">No steps.</exception>
        public UnsharedGru<T> ToUnshared(int steps)
        {
            ArgumentNullException.ThrowIfNull(net);
            return Spread(net, new UnsharedGru<T>(net.Settings with { Steps = steps }, null), steps);
        }
    }

    extension<T>(UnsharedRnn<T> net)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The net whose weights are nearest to those of all steps in the sum of squares: their mean over the steps.</summary>
        /// <returns>The shared net, and how far the steps are from it.</returns>
        public RecurrentFit<Rnn<T>> ToShared()
        {
            ArgumentNullException.ThrowIfNull(net);
            return Fit(new Rnn<T>(net.Nonlinearity, net.Settings with { Steps = null }, null), net);
        }
    }

    extension<T>(UnsharedLstm<T> net)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The net whose weights are nearest to those of all steps in the sum of squares: their mean over the steps.</summary>
        /// <returns>The shared net, and how far the steps are from it.</returns>
        public RecurrentFit<Lstm<T>> ToShared()
        {
            ArgumentNullException.ThrowIfNull(net);
            return Fit(new Lstm<T>(net.Settings with { Steps = null }, null), net);
        }
    }

    extension<T>(UnsharedGru<T> net)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>The net whose weights are nearest to those of all steps in the sum of squares: their mean over the steps.</summary>
        /// <returns>The shared net, and how far the steps are from it.</returns>
        public RecurrentFit<Gru<T>> ToShared()
        {
            ArgumentNullException.ThrowIfNull(net);
            return Fit(new Gru<T>(net.Settings with { Steps = null }, null), net);
        }
    }

    private static TNet Spread<T, TNet>(RecurrentNet<T> shared, TNet unshared, int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TNet : RecurrentNet<T>
    {
        using NoGrad plain = NoGrad.Begin();
        foreach ((Weight<T> from, Weight<T> to) in shared.AllWeights.Zip(unshared.AllWeights))
        {
            to.Parameter.Set(from.Value.Unsqueeze(0).BroadcastTo(new Shape(steps).Concat(from.Shape)));
        }

        return unshared;
    }

    private static RecurrentFit<TNet> Fit<T, TNet>(TNet shared, RecurrentNet<T> unshared)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TNet : RecurrentNet<T>
    {
        using NoGrad plain = NoGrad.Begin();
        double residual = 0, norm = 0;
        foreach ((Weight<T> from, Weight<T> to) in unshared.AllWeights.Zip(shared.AllWeights))
        {
            Tensor<T> weights = from.Value;
            // Equal steps have exactly their own value as mean, whatever the division rounds.
            Tensor<T> first = weights.Select(0, 0), mean = first + (weights - first).Mean(0);
            to.Parameter.Set(mean);
            residual += SumOfSquares(weights - mean);
            norm += SumOfSquares(weights);
        }

        return new RecurrentFit<TNet>(shared, Math.Sqrt(residual), Math.Sqrt(norm), unshared.Settings.Steps!.Value);
    }

    private static double SumOfSquares<T>(Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateChecked((x * x).Sum().Item());
}

/// <summary>A shared net fitted to an unshared one, with the measured distance between the two.</summary>
/// <typeparam name="TNet">The shared net's type.</typeparam>
/// <param name="Net">The nearest shared net.</param>
/// <param name="Residual">‖w − w′‖₂ over the weights and biases of all steps.</param>
/// <param name="Norm">‖w‖₂, to compare the residual with.</param>
/// <param name="Steps">Number of steps.</param>
public sealed record RecurrentFit<TNet>(TNet Net, double Residual, double Norm, int Steps);
