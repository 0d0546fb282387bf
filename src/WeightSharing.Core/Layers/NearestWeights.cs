using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>The way from a model with free weights to one of the same form whose weights are tied, and back.</summary>
public static class NearestWeights
{
    extension<T>(Module<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>
        /// Gives this module the values of another with the same names: each weight becomes the nearest that its tying allows, buffers are copied. What softly
        /// tied training ends in: the tied module has the same outputs, but for what the residual says.
        /// </summary>
        /// <param name="source">A module with the same names and full shapes.</param>
        /// <returns>‖w − w′‖₂ over all weights; 0 when the source's weights were tied already.</returns>
        /// <exception cref="ArgumentException">A name or a shape differs.</exception>
        public double SetNearest(Module<T> source)
        {
            ArgumentNullException.ThrowIfNull(target);
            ArgumentNullException.ThrowIfNull(source);
            (string Name, Weight<T> Weight)[] to = [.. target.Parameters.Named], from = [.. source.Parameters.Named];
            (string Name, Tensor<T> Buffer)[] buffersTo = [.. target.Buffers], buffersFrom = [.. source.Buffers];
            RequireSame(to.Select(pair => (pair.Name, pair.Weight.Shape)), from.Select(pair => (pair.Name, pair.Weight.Shape)));
            RequireSame(buffersTo.Select(pair => (pair.Name, pair.Buffer.Shape)), buffersFrom.Select(pair => (pair.Name, pair.Buffer.Shape)));
            using NoGrad off = NoGrad.Begin();
            double squares = 0;
            var seen = new HashSet<Parameter<T>>();
            for (int i = 0; i < to.Length; i++)
            {
                // A parameter with several names has one value: the canonical name gives it.
                double residual = seen.Add(to[i].Weight.Parameter) ? to[i].Weight.SetFull(from[i].Weight.Value) : Distance(to[i].Weight.Value, from[i].Weight.Value);
                squares += residual * residual;
            }

            for (int i = 0; i < buffersTo.Length; i++) buffersTo[i].Buffer.CopyFrom(buffersFrom[i].Buffer);
            foreach (((_, Tensor<long> counter), (_, Tensor<long> value)) in target.Counters.Zip(source.Counters)) counter.CopyFrom(value);
            return Math.Sqrt(squares);
        }
    }

    private static double Distance<T>(Tensor<T> a, Tensor<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateChecked((a - b).Norm().Item());

    private static void RequireSame(IEnumerable<(string Name, Shape Shape)> to, IEnumerable<(string Name, Shape Shape)> from)
    {
        if (to.SequenceEqual(from)) return;
        throw new ArgumentException(
            $"SetNearest: the module has {List(to)}, the source {List(from)}; names and full shapes must be equal.");

        static string List(IEnumerable<(string Name, Shape Shape)> names) => string.Join(", ", names.Select(pair => $"{pair.Name} {pair.Shape}"));
    }
}
