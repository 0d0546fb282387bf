using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Symmetry;

/// <summary>
/// Measured: how far f(g·x) is from g·f(x), for every element g of a group. Elements move entries and nothing is interpolated, so that an equivariant layer
/// differs by rounding alone.
/// </summary>
/// <param name="Group">The group's name.</param>
/// <param name="Elements">How many elements were tried: all.</param>
/// <param name="Inputs">How many inputs each was tried on.</param>
/// <param name="MaximalError">max |f(g·x) − g·f(x)| over elements, inputs and entries.</param>
/// <param name="LargestOutput">max |f(x)|, to compare the error with.</param>
/// <param name="Element">The element that attains the maximal error.</param>
/// <param name="ElementName">The same in words.</param>
/// <param name="Input">The input that attains it, without batch dimension.</param>
/// <param name="AffineError">max |f(x + x′) − f(x) − f(x′) + f(0)|: rounding alone when f is affine.</param>
/// <param name="CoversAllInputs">
/// True when f is affine and every unit input was tried: then the error on any input x is at most MaximalError·(1 + 2·Σ|x|), and small errors prove equivariance.
/// </param>
public sealed record EquivarianceCertificate(
    string Group, int Elements, int Inputs, double MaximalError, double LargestOutput, int Element, string ElementName, Tensor<double> Input,
    double AffineError, bool CoversAllInputs)
{
    /// <summary>Most entries of an input of which every unit vector is tried.</summary>
    public const int UnitInputLimit = 2048;

    private const int BatchSize = 64;
    private const double AffineTolerance = 1e-10;

    /// <summary>Measures a layer of images or of maps over a group.</summary>
    /// <param name="layer">The layer or net. A copy of it is measured, in double and in evaluation mode: nothing happens to the layer itself.</param>
    /// <param name="group">The group.</param>
    /// <param name="input">Shape of one input: an image [C, H, W] or maps over the group [C, |G|, H, W].</param>
    /// <param name="samples">Random inputs to try.</param>
    /// <param name="seed">Of these inputs.</param>
    /// <remarks>
    /// What the group does to the output follows from its shape: [C, H, W] moves as an image, [C, |G|, H, W] as maps over the group; any other must not change.
    /// </remarks>
    /// <exception cref="ArgumentException">The input shape is neither, or turning does not fit a plane that is not square.</exception>
    public static EquivarianceCertificate For<T>(Layer<T> layer, PlanarGroup group, Shape input, int samples = 8, long seed = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(group);
        if (input.Rank is not (3 or 4) || input.Rank == 4 && input[1] != group.Order)
        {
            throw new ArgumentException($"EquivarianceCertificate for {group}: input {input}; expected an image [C, H, W] or maps [C, {group.Order}, H, W].", nameof(input));
        }

        Func<Tensor<double>, Tensor<double>> function = InDouble(layer);
        Shape output = Evaluate(function, Tensor.Zeros<double>(input.Insert(0, 1))).Shape;
        return For(function, ActionOn(group, input), ActionOn(group, output.Slice(1, output.Rank)), samples, seed);
    }

    /// <summary>Measures a layer under given actions.</summary>
    /// <param name="layer">The layer or net. A copy of it is measured, in double and in evaluation mode: nothing happens to the layer itself.</param>
    /// <param name="inputAction">What the group does to one input; its shape is the input's without batch dimension.</param>
    /// <param name="outputAction">What it should do to the output.</param>
    /// <param name="samples">Random inputs to try.</param>
    /// <param name="seed">Of these inputs.</param>
    /// <exception cref="ArgumentException">The actions are of different groups, or the output has not the output action's shape.</exception>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public static EquivarianceCertificate For<T>(Layer<T> layer, GroupAction inputAction, GroupAction outputAction, int samples = 8, long seed = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => For(InDouble(layer), inputAction, outputAction, samples, seed);

    /// <summary>Measures any function of a batch of inputs.</summary>
    /// <param name="function">From [N, input..] to [N, output..], each row of its own.</param>
    /// <param name="inputAction">What the group does to one input.</param>
    /// <param name="outputAction">What it should do to the output.</param>
    /// <param name="samples">Random inputs to try.</param>
    /// <param name="seed">Of these inputs.</param>
    /// <exception cref="ArgumentException">The actions are of different groups, or the output has not the output action's shape.</exception>
    /// <exception cref="InvalidOperationException">The group is too large to be listed.</exception>
    public static EquivarianceCertificate For(
        Func<Tensor<double>, Tensor<double>> function, GroupAction inputAction, GroupAction outputAction, int samples = 8, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputAction);
        ArgumentNullException.ThrowIfNull(outputAction);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        inputAction.RequireSameGroup("EquivarianceCertificate", outputAction);
        Tensor<double> random = Tensor.Normal<double>(inputAction.Shape.Insert(0, samples), RandomKey.Of(seed));
        (double affine, double scale) = AffineErrorOf(function, random);
        bool units = affine <= AffineTolerance * (1 + scale) && inputAction.Shape.Count <= UnitInputLimit;
        var worst = new Worst(function, inputAction, outputAction);
        worst.Try(random);
        int inputs = samples;
        if (units)
        {
            int count = inputAction.Shape.Count;
            worst.Try(Tensor.Zeros<double>(inputAction.Shape.Insert(0, 1)));
            for (int first = 0; first < count; first += BatchSize)
            {
                int size = Math.Min(BatchSize, count - first);
                Tensor<double> batch = Tensor.Zeros<double>(size, count);
                for (int i = 0; i < size; i++) batch[i, first + i] = 1;
                worst.Try(batch.Reshape(inputAction.Shape.Insert(0, size)));
            }

            inputs += count + 1;
        }

        FiniteGroup group = inputAction.Group;
        return new EquivarianceCertificate(
            group.Name, group.Order, inputs, worst.Error, worst.LargestOutput, worst.Element, group.NameOf(worst.Element), worst.Input ?? Tensor.Zeros<double>(inputAction.Shape), affine, units);
    }

    /// <summary>The measured error and where it occurs, in one line.</summary>
    public override string ToString() =>
        $"{Group}: error {MaximalError:0.0e+00} of {LargestOutput:0.0e+00} over {Elements} elements and {Inputs} inputs{(CoversAllInputs ? ", which decide for all" : "")}; largest at {ElementName}";

    private static GroupAction ActionOn(PlanarGroup group, Shape shape) => shape.Rank switch
    {
        3 => group.OnImages(shape[0], (shape[1], shape[2])),
        4 when shape[1] == group.Order => group.OnGroupMaps(shape[0], (shape[2], shape[3])),
        _ => GroupAction.Trivial(group.Group, shape),
    };

    private static Func<Tensor<double>, Tensor<double>> InDouble<T>(Layer<T> layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer<double> copy = layer.To<double>();
        copy.Evaluate();
        return copy.Forward;
    }

    private static Tensor<double> Evaluate(Func<Tensor<double>, Tensor<double>> function, Tensor<double> inputs)
    {
        using (NoGrad.Begin()) return function(inputs);
    }

    private static (double Error, double Scale) AffineErrorOf(Func<Tensor<double>, Tensor<double>> function, Tensor<double> random)
    {
        using (NoGrad.Begin())
        {
            Tensor<double> other = Tensor.Normal<double>(random.Shape, RandomKey.Of(2)), y = function(random), z = function(other);
            Tensor<double> difference = function(random + other) - y - z + function(Tensor.Zeros<double>(random.Shape));
            return difference.Count == 0 ? (0, 0) : (difference.Abs().Max().Item(), y.Abs().Max().Item());
        }
    }

    /// <summary>Keeps the largest error and where it occurred.</summary>
    private sealed class Worst(Func<Tensor<double>, Tensor<double>> function, GroupAction inputAction, GroupAction outputAction)
    {
        public double Error { get; private set; }

        public double LargestOutput { get; private set; }

        public int Element { get; private set; }

        public Tensor<double>? Input { get; private set; }

        public void Try(Tensor<double> inputs)
        {
            using NoGrad off = NoGrad.Begin();
            Tensor<double> outputs = function(inputs);
            if (outputs.Rank != outputAction.Shape.Rank + 1 || outputs.Shape.Slice(1, outputs.Rank) != outputAction.Shape)
            {
                throw new ArgumentException($"EquivarianceCertificate: output {outputs.Shape} for output action {outputAction}; expected [N, {outputAction.Shape.ToString()[1..]}.");
            }

            if (outputs.Count == 0) return;
            LargestOutput = Math.Max(LargestOutput, outputs.Abs().Max().Item());
            for (int element = 0; element < inputAction.Group.Order; element++)
            {
                Tensor<double> errors = (function(inputAction.Apply(element, inputs)) - outputAction.Apply(element, outputs)).Abs().Flatten(1);
                double error = errors.Max().Item();
                // A NaN is the worst of all.
                if (Input is not null && !(error > Error || double.IsNaN(error) && !double.IsNaN(Error))) continue;
                (Error, Element) = (error, element);
                int row = double.IsNaN(error) ? 0 : errors.ArgMax().Item() / errors.Shape[1];
                Input = inputs.Select(0, row).Copy();
            }
        }
    }
}
