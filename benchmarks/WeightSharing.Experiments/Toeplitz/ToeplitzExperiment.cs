using WeightSharing.Analysis;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Experiments.Running;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Toeplitz;

/// <summary>
/// The linear algebra of trained convolutions: the matrix that each is, entry by entry; its singular values, fast and exact; and how far unshared layers
/// lie from the nearest convolution while they learn.
/// </summary>
internal sealed class ToeplitzExperiment : Experiment
{
    private const int PerClass = 50;
    private static readonly Layout Full = Layout.Scattered, Small = Layout.Centred;

    /// <inheritdoc/>
    public override string Name => "toeplitz";

    /// <inheritdoc/>
    public override string Summary => "The matrix that a trained convolution is, its singular values, and how far unshared layers lie from the nearest convolution.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } =
    [
        new("Outputs of convolutions of trained filters against their matrices, largest |a − b| / (1 + max |b|) over all geometries", ["equality_error"]),
        new("Singular values by Fourier transform and by Lanczos against dense decompositions, by the same measure", ["spectrum_error"]),
        new("Filters of a trained convolution against those that its matrix is projected to, by the same measure", ["projection_error"]),
        new("Norms of the two trained convolutions, circular", ["norm.first", "norm.second"]),
        new("First layer's distance to the nearest convolution after training, relative to its norm", ["residual.local_from_shared", "residual.local", "residual.dense"]),
    ];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        var trial = new DigitTrial(DigitImages.Load(context.Data), context.Seed, 0);
        Layout layout = context.Quick ? Small : Full;
        int perClass = context.Quick ? 5 : PerClass;
        var projection = new ProjectionCheck(trial, layout, perClass);
        Sequential<float> network = trial.Network(Connectivity.Convolution, layout), before = trial.Network(Connectivity.Convolution, layout);
        var drifts = new Drift[3];
        context.RunAll(
        [
            new Job("trainings", 1, () => trial.Train(network, layout, perClass, RecipeOf(Connectivity.Convolution), context.Cancellation)),
            new Job("trainings", 2, () => drifts[0] = projection.Local(beginsShared: true, RecipeOf(Connectivity.Local), context.Cancellation)),
            new Job("trainings", 2, () => drifts[1] = projection.Local(beginsShared: false, RecipeOf(Connectivity.Local), context.Cancellation)),
            new Job("trainings", 5, () => drifts[2] = projection.Dense(RecipeOf(Connectivity.Dense), context.Cancellation)),
        ]);

        Sequential<double> exact = network.To<double>(), exactBefore = before.To<double>();
        (Conv2d<double> first, Conv2d<double> second) = ((Conv2d<double>)exact[0], (Conv2d<double>)exact[3]);
        RandomKey key = RandomKey.Of(context.Seed).Fork("inputs");
        Size2 canvas = layout.Canvas, pooled = layout.Canvas / 2;
        var geometries = new Geometry[Geometries.Count];
        var spectra = new SpectrumCheck[2];
        double projectionError = 0;
        context.RunAll(
        [
            .. Geometries.Select((make, i) => new Job("matrices", 1, () => geometries[i] = make(first, second, canvas, pooled, key.Fork(i)))),
            new Job("spectra", 20, () => spectra[0] = SpectrumCheck.Of("first layer", first, ((Conv2d<double>)exactBefore[0]).Weight.Value, canvas)),
            new Job("spectra", 20, () => spectra[1] = SpectrumCheck.Of("second layer", second, ((Conv2d<double>)exactBefore[3]).Weight.Value, pooled)),
            new Job("matrices", 1, () => projectionError = Recovered(first, canvas)),
        ]);

        var metrics = new MetricSet(this)
        {
            ["equality_error"] = geometries.Max(geometry => geometry.Error),
            ["spectrum_error"] = spectra.Max(spectrum => spectrum.Error),
            ["projection_error"] = projectionError,
            ["norm.first"] = spectra[0].After[0],
            ["norm.second"] = spectra[1].After[0],
            ["residual.local_from_shared"] = drifts[0].Residuals[^1],
            ["residual.local"] = drifts[1].Residuals[^1],
            ["residual.dense"] = drifts[2].Residuals[^1],
        };
        var page = new ToeplitzPage(geometries, spectra, drifts, ConvolutionMatrix.Of(first, canvas), first.Weight.Value, metrics);
        return new ExperimentResult(metrics, page.Tables, [.. page.Blocks()], [DigitImages.Credit]);

        Recipe RecipeOf(Connectivity connectivity)
        {
            Recipe recipe = DigitRecipes.For(connectivity, layout);
            return context.Quick ? recipe with { Steps = 20 } : recipe;
        }
    }

    // The trained filters as they are, and in the geometries that a layer can have.
    private static IReadOnlyList<Func<Conv2d<double>, Conv2d<double>, Size2, Size2, RandomKey, Geometry>> Geometries { get; } =
    [
        (first, _, canvas, _, key) => Geometry.Of("first layer: 1 → 8, zeros", first, canvas, key),
        (_, second, _, pooled, key) => Geometry.Of("second layer: 8 → 32, zeros", second, pooled, key),
        (_, second, _, pooled, key) => Geometry.Of("second, no padding", With(second, new(8, 32, 3, bias: false)), pooled, key),
        (_, second, _, pooled, key) => Geometry.Of("second, circular", With(second, new(8, 32, 3, padding: 1, bias: false, paddingMode: PaddingMode.Circular)), pooled, key),
        (_, second, _, pooled, key) => Geometry.Of("second, reflected", With(second, new(8, 32, 3, padding: 1, bias: false, paddingMode: PaddingMode.Reflect)), pooled, key),
        (_, second, _, pooled, key) => Geometry.Of("second, stride 2", With(second, new(8, 32, 3, stride: 2, padding: 1, bias: false)), pooled, key),
        (first, _, canvas, _, key) => Geometry.Of("first, dilation 2", With(first, new(1, 8, 3, padding: 2, dilation: 2, bias: false)), canvas, key),
        (_, second, canvas, _, key) => Geometry.Of("second, middle rows: sequences", Rows(second), canvas.Width, key),
    ];

    private static Conv2d<double> With(Conv2d<double> trained, Conv2d<double> layer)
    {
        layer.Weight.Parameter.Set(trained.Weight.Value);
        return layer;
    }

    private static Conv1d<double> Rows(Conv2d<double> trained)
    {
        var layer = new Conv1d<double>(trained.InputChannels, trained.OutputChannels, trained.KernelSize.Width, padding: 1, bias: false);
        layer.Weight.Parameter.Set(trained.Weight.Value.Select(2, 1).Copy());
        return layer;
    }

    private static double Recovered(Conv2d<double> layer, Size2 size)
    {
        TyingManifold manifold = TyingManifold.OfConvolutions(layer.InputChannels, layer.OutputChannels, size, layer.KernelSize, padding: layer.Padding);
        Tensor<double> matrix = Tensor.Wrap(ConvolutionMatrix.Of(layer, size).ToMatrix().ToRowMajorArray(), manifold.Tying.FullShape);
        return Geometry.Difference(manifold.Locate(matrix).Free.ToArray(), layer.Weight.Value.ToArray());
    }
}
