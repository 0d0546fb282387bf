using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class UsageRuleTests
{
    private static readonly double[][] Slopes = [[3, 0], [1, 4], [-3, 1]];

    [Fact]
    public void Scaling_weighs_every_use_and_leaves_a_penalty_alone()
    {
        Parameter<double> w = Tracked();
        Penalty.L2(0.5, w)().Backward();
        new ScaleUsages<double>(usage => usage.Site.Index).Apply(SetOf(w), 0);
        // 0·(3, 0) + 1·(1, 4) + 2·(−3, 1), and 2·0.5·w of the penalty.
        Assert.Equal([-5.0 + 1, 6 + 1], w.Gradient!.ToArray());
    }

    [Fact]
    public void A_factor_of_one_is_the_plain_sum()
    {
        Parameter<double> w = Tracked();
        double[] plain = w.Gradient!.ToArray();
        new ScaleUsages<double>(_ => 1).Apply(SetOf(w), 0);
        Assert.Equal(plain, w.Gradient!.ToArray());
    }

    [Fact]
    public void Conflicts_are_projected_away_as_in_the_paper()
    {
        Parameter<double> w = Tracked([[3, 0], [-3, 1]]);
        new ProjectConflicts<double>().Apply(SetOf(w), 0);
        // g₁ = (3, 0) loses its part along (−3, 1): (3, 0) + 9/10·(−3, 1) = (0.3, 0.9); g₂ loses its part along (3, 0): (0, 1).
        double[] gradient = w.Gradient!.ToArray();
        Assert.Equal(0.3, gradient[0], 1e-12);
        Assert.Equal(1.9, gradient[1], 1e-12);

        // Without conflict nothing changes, and one zero gradient does no harm.
        Parameter<double> calm = Tracked([[3, 0], [1, 4], [0, 0]]);
        new ProjectConflicts<double>().Apply(SetOf(calm), 0);
        Assert.Equal([4.0, 4], calm.Gradient!.ToArray());
    }

    [Fact]
    public void The_result_makes_no_use_worse_off_when_there_are_two()
    {
        Parameter<double> w = Tracked([[1, 0], [-2, 0.5]]);
        new ProjectConflicts<double>().Apply(SetOf(w), 3);
        double[] gradient = w.Gradient!.ToArray();
        Assert.True(gradient[0] >= -1e-12 && -2 * gradient[0] + 0.5 * gradient[1] >= -1e-12);
    }

    [Fact]
    public void A_trainer_with_a_rule_trains_by_it()
    {
        // Two uses of one weight; the second is scaled to nothing, so that training is that of the first alone.
        var source = new TensorDataSource<double, double>(Tensor.Normal<double>([32, 3], RandomKey.Of(1)), Tensor.Normal<double>([32, 3], RandomKey.Of(2)), batchSize: 8, seed: 3);
        double[] ruled = Train(new ScaleUsages<double>(usage => usage.Scope == "second" ? 0 : 1), detach: false), alone = Train(null, detach: true);
        for (int i = 0; i < ruled.Length; i++) Assert.Equal(alone[i], ruled[i], 1e-12);

        double[] Train(UsageRule<double>? rule, bool detach)
        {
            var layer = new Linear(3, 3);
            layer.Initialize(seed: 4);
            var trainer = new Trainer<double, double, double>(layer, new Sgd<double>(layer.Parameters, 0.1), Forward, (y, target) => Loss.MeanSquaredError(y, target)) { UsageRule = rule };
            trainer.Run(source, 2);
            return layer.Weight.Value.ToArray();

            Tensor<double> Forward(Tensor<double> x)
            {
                Tensor<double> h = layer.Forward(x);
                using (UsageScope.Enter("second")) return detach ? h.Linear(layer.Weight.Parameter.Value.Detach()) : layer.Forward(h);
            }
        }
    }

    private static ParameterSet<double> SetOf(Parameter<double> parameter) => new Holder(parameter).Parameters;

    private static Parameter<double> Tracked(double[][]? slopes = null)
    {
        var w = new Parameter<double>(2, Initializer.Ones, new Fan(1, 1));
        w.Initialize(RandomKey.Of(1));
        Weight<double> handle = w;
        slopes ??= Slopes;
        using (UsageLedger.TrackContributions())
        {
            Tensor<double> loss = Tensor.Scalar(0.0);
            for (int t = 0; t < slopes.Length; t++) loss += (handle.Use(Site.Step(t)) * Tensor.From(slopes[t])).Sum();
            loss.Backward();
        }

        return w;
    }

    private sealed class Holder : Module<double>
    {
        public Holder(Parameter<double> parameter) => Register("w", parameter);
    }
}
