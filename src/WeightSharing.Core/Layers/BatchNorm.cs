using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = (x − m)/√(v + ε) ⊙ w + b for each channel: m and v are those of the batch while training, the running ones in evaluation.
/// <para>Shares scale, shift and statistics of a channel over batch and positions.</para>
/// <para>Shapes: input [N, C, ..], weight, bias, running_mean and running_var [C], num_batches_tracked [], output as the input.</para>
/// <para>Parameters: 2·C; unshared as many times more as there are positions.</para>
/// <para>Ioffe &amp; Szegedy, "Batch normalization", 2015.</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class BatchNorm<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<long>? batches;

    /// <summary>A normalisation of inputs whose rank the derived class decides.</summary>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">The part of the newest batch in the running statistics; null: the plain mean over all batches.</param>
    /// <param name="affine">With weight and bias.</param>
    /// <param name="trackStatistics">Keeps running statistics for evaluation; otherwise the batch's are used there too.</param>
    protected BatchNorm(int channels, double epsilon, double? momentum, bool affine, bool trackStatistics)
    {
        if (channels < 1) throw new ArgumentOutOfRangeException(nameof(channels), $"{GetType().Name.Split('`')[0]}: channels {channels}; it must be at least 1.");
        (Channels, Epsilon, Momentum) = (channels, epsilon, momentum);
        if (affine)
        {
            Weight = Register("weight", new Parameter<T>(channels, Initializer.Ones));
            Bias = Register("bias", new Parameter<T>(channels, Initializer.Zeros));
        }

        if (!trackStatistics) return;
        RunningMean = RegisterBuffer("running_mean", Tensor<T>.Persistent(channels, "BatchNorm"));
        RunningVariance = RegisterBuffer("running_var", Tensor<T>.Persistent(channels, "BatchNorm"));
        batches = RegisterCounter("num_batches_tracked", Tensor<long>.Persistent([], "BatchNorm"));
        RunningVariance.Fill(T.One);
    }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The part of the newest batch in the running statistics; null: the plain mean over all batches.</summary>
    public double? Momentum { get; }

    /// <summary>w [C], or null.</summary>
    public Weight<T>? Weight { get; }

    /// <summary>b [C], or null.</summary>
    public Weight<T>? Bias { get; }

    /// <summary>[C], or null when statistics are not tracked.</summary>
    public Tensor<T>? RunningMean { get; }

    /// <summary>The unbiased variance [C], or null when statistics are not tracked.</summary>
    public Tensor<T>? RunningVariance { get; }

    /// <summary>How many batches went into the running statistics.</summary>
    public long BatchesTracked => batches?.Item() ?? 0;

    /// <summary>The shapes of inputs, for messages.</summary>
    protected abstract string Form { get; }

    /// <summary>Whether inputs have this rank; dimension 1 is the channels'.</summary>
    protected abstract bool Takes(int rank);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has another rank or number of channels.</exception>
    /// <exception cref="InvalidOperationException">Training on a single value a channel.</exception>
    public override Tensor<T> Forward(Tensor<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!Takes(input.Rank) || input.Shape[1] != Channels)
        {
            throw new ArgumentException($"{GetType().Name.Split('`')[0]}: input {input.Shape}; expected {Form} with C = {Channels}.", nameof(input));
        }

        int positions = input.Shape.Slice(2, input.Rank).Count;
        Tensor<T>? weight = Weight?.Use(positions: positions), bias = Bias?.Use(positions: positions);
        if (!IsTraining && RunningMean is not null) return input.BatchNorm(RunningMean, RunningVariance!, weight, bias, Epsilon);
        (Tensor<T> output, Tensor<T> mean, Tensor<T> variance) = input.BatchNorm(weight, bias, Epsilon);
        if (IsTraining && RunningMean is not null) Track(mean, variance, isEmpty: input.Count == 0);
        return output;
    }

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key)
    {
        RunningMean?.Fill(T.Zero);
        RunningVariance?.Fill(T.One);
        batches?.Fill(0);
    }

    private void Track(Tensor<T> mean, Tensor<T> variance, bool isEmpty)
    {
        batches!.Fill(batches.Item() + 1);
        // An empty batch counts, as in PyTorch, but says nothing.
        if (isEmpty) return;
        double momentum = Momentum ?? 1.0 / batches.Item();
        RunningMean!.CopyFrom(Tensor.RunningStatistics(RunningMean, mean, momentum));
        RunningVariance!.CopyFrom(Tensor.RunningStatistics(RunningVariance, variance, momentum));
    }
}

/// <summary>
/// Batch normalisation of vectors or sequences: [N, C] or [N, C, L].
/// <inheritdoc cref="BatchNorm{T}"/>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="channels">C.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The part of the newest batch in the running statistics; null: the plain mean over all batches.</param>
/// <param name="affine">With weight and bias.</param>
/// <param name="trackStatistics">Keeps running statistics for evaluation; otherwise the batch's are used there too.</param>
public sealed class BatchNorm1d<T>(int channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackStatistics = true)
    : BatchNorm<T>(channels, epsilon, momentum, affine, trackStatistics)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override string Form => "[N, C] or [N, C, L]";

    /// <inheritdoc/>
    protected override bool Takes(int rank) => rank is 2 or 3;

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new BatchNorm1d<TOther>(Channels, Epsilon, Momentum, Weight is not null, RunningMean is not null);
}

/// <summary>
/// Batch normalisation of images: [N, C, H, W].
/// <inheritdoc cref="BatchNorm{T}"/>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="channels">C.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The part of the newest batch in the running statistics; null: the plain mean over all batches.</param>
/// <param name="affine">With weight and bias.</param>
/// <param name="trackStatistics">Keeps running statistics for evaluation; otherwise the batch's are used there too.</param>
public sealed class BatchNorm2d<T>(int channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackStatistics = true)
    : BatchNorm<T>(channels, epsilon, momentum, affine, trackStatistics)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override string Form => "[N, C, H, W]";

    /// <inheritdoc/>
    protected override bool Takes(int rank) => rank == 4;

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new BatchNorm2d<TOther>(Channels, Epsilon, Momentum, Weight is not null, RunningMean is not null);
}
