using WeightSharing.Analysis;
using WeightSharing.Experiments.Data;
using WeightSharing.Experiments.Digits;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Toeplitz;

/// <summary>How an unshared layer moves against the subspace of convolutions while it learns.</summary>
/// <param name="Title">In legends and tables.</param>
/// <param name="Steps">Where it was measured.</param>
/// <param name="Residuals">‖w − nearest‖ / ‖w‖ there.</param>
/// <param name="MovedShare">Share of ‖w − w₀‖² at the end that lies within the subspace.</param>
/// <param name="ChanceResidual">What random weights leave.</param>
/// <param name="Nearest">The filters of the nearest convolution at the end, [Cout, taps].</param>
/// <param name="Accuracy">On held-back digits, as it is.</param>
/// <param name="ProjectedAccuracy">On held-back digits, its first layer replaced by the nearest convolution.</param>
internal sealed record Drift(
    string Title, double[] Steps, double[] Residuals, double MovedShare, double ChanceResidual, float[] Nearest, double Accuracy, double ProjectedAccuracy);

/// <summary>Trains unshared first layers and projects them to the nearest convolution.</summary>
/// <param name="trial">The digits.</param>
/// <param name="layout">Where they lie.</param>
/// <param name="perClass">Digits a class to learn from.</param>
internal sealed class ProjectionCheck(DigitTrial trial, Layout layout, int perClass)
{
    private const int Kernel = 3, Points = 12;

    /// <summary>A locally connected network; its first layers may begin as a convolution's.</summary>
    public Drift Local(bool beginsShared, Recipe recipe, CancellationToken cancellation)
    {
        Sequential<float> network = trial.Network(Connectivity.Local, layout);
        if (beginsShared)
        {
            Sequential<float> shared = trial.Network(Connectivity.Convolution, layout);
            var second = (Conv2d<float>)shared[3];
            network = new Sequential<float>(
                ((Conv2d<float>)shared[0]).ToLocallyConnected(layout.Canvas), shared[1], shared[2], second.ToLocallyConnected(layout.Canvas / 2), shared[4], shared[5], shared[6]);
        }

        var first = (LocallyConnected2d<float>)network[0];
        return Follow(
            beginsShared ? "locally connected, begins shared" : "locally connected", network, TyingManifold.OfSharedFilters(layout.Canvas * layout.Canvas, DigitNetwork.FirstMaps, Kernel * Kernel),
            first.Weight, recipe, cancellation);
    }

    /// <summary>A dense network.</summary>
    public Drift Dense(Recipe recipe, CancellationToken cancellation)
    {
        Sequential<float> network = trial.Network(Connectivity.Dense, layout);
        return Follow(
            "dense", network, TyingManifold.OfConvolutions(1, DigitNetwork.FirstMaps, layout.Canvas, Kernel, padding: 1), network.Parameters["0.dense.weight"], recipe, cancellation);
    }

    private Drift Follow(string title, Sequential<float> network, TyingManifold manifold, Weight<float> weight, Recipe recipe, CancellationToken cancellation)
    {
        var trajectory = new ManifoldTrajectory<float>(manifold, () => weight.Value);
        trajectory.Observe(0);
        int every = Math.Max(1, recipe.Steps / Points);
        trial.Train(network, layout, perClass, recipe, cancellation, step =>
        {
            if (step % every == 0) trajectory.Observe(step);
        });
        Examples test = trial.Lay(layout, trial.Split.Test);
        double accuracy = Teaching.Accuracy(network, test);
        ManifoldPoint<float> at = manifold.Locate(weight.Value);
        weight.SetFull(at.Nearest);
        return new Drift(
            title, [.. trajectory.Points.Select(point => (double)point.Step)], [.. trajectory.Points.Select(point => point.Residual / point.Norm)], trajectory.Points[^1].Share,
            Math.Sqrt(1 - at.ChanceShare), at.Free.ToArray(), accuracy, Teaching.Accuracy(network, test));
    }
}
