using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Layers;
using WeightSharing.Sharing;

namespace WeightSharing.Experiments.Hessians;

/// <summary>
/// A network of smooth units small enough for its whole Hessian: 3×3 windows over 8×8 digits, with one filter for all 6×6 places or with one a place,
/// tanh, the means of 2×2 quarters, and a linear readout.
/// </summary>
internal sealed class CurvatureNetwork
{
    /// <summary>Places of a window.</summary>
    public const int Places = 36;

    private const int Kernel = 3, Pool = 3, Quarters = 4;
    private readonly int maps;

    /// <summary>Networks with so many hidden maps, for the digits of one trial.</summary>
    public CurvatureNetwork(DigitTrial trial, int maps, int perClass)
    {
        this.maps = maps;
        Training = trial.Lay(Layout.Centred, trial.Split.Training(perClass));
        Test = trial.Lay(Layout.Centred, trial.Split.Test);
    }

    /// <summary>What is learned from: all of it at every step.</summary>
    public Examples Training { get; }

    /// <summary>Digits held back.</summary>
    public Examples Test { get; }

    /// <summary>S, one tying a parameter: from the convolution's values to those of the network with filters of its own at every place.</summary>
    public Tying[] Tyings =>
    [
        Tying.OverPositions(Places, [maps, Kernel * Kernel]), Tying.OverPositions(Places, [maps]),
        Tying.Identity([DigitImages.Classes, maps * Quarters]), Tying.Identity([DigitImages.Classes]),
    ];

    /// <summary>The network with shared or with unshared filters, initialised.</summary>
    public Sequential<float> Create(bool shared, long seed)
    {
        Sequential<float> network = With<float>(
            shared ? new Conv2d<float>(1, maps, Kernel) : new LocallyConnected2d<float>(1, maps, DigitImages.Size, Kernel),
                new Dense<float>(maps * Quarters, DigitImages.Classes));
        network.Initialize(seed);
        return network;
    }

    /// <summary>The same function with every place free to go its own way; the readout is the shared network's own.</summary>
    public static Sequential<double> Unshared(Sequential<double> shared) =>
        With(((Conv2d<double>)shared[0]).ToLocallyConnected(DigitImages.Size), (Dense<double>)shared[4]);

    private static Sequential<T> With<T>(Layer<T> hidden, Dense<T> readout)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new(hidden, new Tanh<T>(), new AveragePool2d<T>(Pool), new Flatten<T>(), readout);
}
