using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Layers;

public sealed class RecurrentConversionTests
{
    [Fact]
    public void Unshared_and_back_is_the_same_net()
    {
        Tensor<double> x = Close.Normal([5, 2, 3], 2);
        var rnn = new Rnn<double>(3, 4, layers: 2, nonlinearity: RnnNonlinearity.Relu, bidirectional: true);
        rnn.Initialize(seed: 1);
        UnsharedRnn<double> unsharedRnn = rnn.ToUnshared(5);
        Close.To(rnn.Forward(x).Output, unsharedRnn.Forward(x).Output, 1e-14);
        RecurrentFit<Rnn<double>> fit = unsharedRnn.ToShared();
        Assert.Equal((0, 5), (fit.Residual, fit.Steps));
        Assert.Equal(rnn.Forward(x).Output.ToArray(), fit.Net.Forward(x).Output.ToArray());
        Assert.Equal(Math.Sqrt(5 * rnn.Parameters.Sum(p => p.Value.ToArray().Sum(v => v * v))), fit.Norm, 1e-12);

        var lstm = new Lstm<double>(3, 4, batchFirst: true);
        lstm.Initialize(seed: 1);
        Tensor<double> first = x.Transpose(0, 1);
        Close.To(lstm.Forward(first).Output, lstm.ToUnshared(5).Forward(first).Output, 1e-14);
        Assert.Equal(lstm.Forward(first).Output.ToArray(), lstm.ToUnshared(5).ToShared().Net.Forward(first).Output.ToArray());

        var gru = new Gru<double>(3, 4, bias: false);
        gru.Initialize(seed: 1);
        Close.To(gru.Forward(x).Output, gru.ToUnshared(5).Forward(x).Output, 1e-14);
        Assert.Equal(gru.Forward(x).Output.ToArray(), gru.ToUnshared(5).ToShared().Net.Forward(x).Output.ToArray());
    }

    [Fact]
    public void The_nearest_shared_net_has_the_mean_of_the_steps_and_says_how_far_they_are()
    {
        var net = new UnsharedGru<double>(2, 3, steps: 4);
        net.Initialize(seed: 1);
        RecurrentFit<Gru<double>> fit = net.ToShared();
        double squares = 0;
        foreach ((Parameter<double> own, Parameter<double> shared) in net.Parameters.Zip(fit.Net.Parameters))
        {
            Close.To(own.Value.Mean(0), shared.Value, 1e-14);
            squares += (own.Value - shared.Value).Detach().ToArray().Sum(v => v * v);
        }

        Assert.Equal(Math.Sqrt(squares), fit.Residual, 1e-12);
        Assert.True(fit.Residual < fit.Norm);
    }

    // The gradients of the steps of an unshared net with equal weights add up to the shared one's: Sᵀ of the map from shared to unshared.
    [Fact]
    public void The_shared_gradient_is_the_sum_over_the_unshared_steps()
    {
        var shared = new Lstm<double>(2, 3);
        shared.Initialize(seed: 1);
        UnsharedLstm<double> unshared = shared.ToUnshared(6);
        Tensor<double> x = Close.Normal([6, 2, 2], 2);
        shared.Forward(x).Output.Pow(2).Sum().Backward();
        unshared.Forward(x).Output.Pow(2).Sum().Backward();
        foreach ((Parameter<double> one, Parameter<double> each) in shared.Parameters.Zip(unshared.Parameters)) Close.To(one.Gradient!, each.Gradient!.Sum(0), 1e-12);
    }

    // At the minimum of loss + λ·Σ‖W_{t+1} − W_t‖² the steps differ by O(1/λ), and the mean goes to the minimum of the shared net.
    [Fact]
    public void The_random_walk_penalty_turns_the_unshared_net_into_the_shared_one_as_it_grows()
    {
        const int steps = 4;
        Tensor<double> x = Close.Normal([steps, 6, 1], 2), target = Close.Normal([steps, 6, 1], 3) * 0.3;
        // A little weight decay makes both minima isolated.
        var shared = new Rnn<double>(1, 1, bias: false);
        shared.Initialize(seed: 1);
        Newton(shared, () => Loss(shared.Forward(x).Output) + steps * Penalty.L2(0.05, shared.Parameters)());
        double[] best = [.. shared.Parameters.SelectMany(p => p.Value.ToArray())];

        var spreads = new List<double>();
        var distances = new List<double>();
        foreach (double strength in (double[])[1e3, 1e4, 1e5])
        {
            UnsharedRnn<double> net = shared.ToUnshared(steps);
            Func<Tensor<double>> walk = Penalty.RandomWalk(strength, net.Parameters), decay = Penalty.L2(0.05, net.Parameters);
            Newton(net, () => Loss(net.Forward(x).Output) + decay() + walk());
            RecurrentFit<Rnn<double>> fit = net.ToShared();
            spreads.Add(fit.Residual);
            distances.Add(fit.Net.Parameters.SelectMany(p => p.Value.ToArray()).Zip(best, (a, b) => Math.Abs(a - b)).Max());
        }

        Assert.True(spreads[0] > 1e-6, "The steps want to differ.");
        for (int i = 1; i < spreads.Count; i++)
        {
            Assert.Equal(10, spreads[i - 1] / spreads[i], 0.5);
            Assert.Equal(10, distances[i - 1] / distances[i], 0.5);
        }

        Tensor<double> Loss(Tensor<double> y) => (y - target).Pow(2).Sum();
    }

    // Newton's method with exact Hessians, which differentiate the fused recurrence twice.
    private static void Newton(RecurrentNet<double> net, Func<Tensor<double>> loss)
    {
        Tensor<double>[] values = [.. net.Parameters.Select(p => p.Value)];
        int count = values.Sum(v => v.Count);
        for (int turn = 0; turn < 30; turn++)
        {
            double[] gradient = [.. Gradient.Of(loss(), values).SelectMany(g => g.ToArray())];
            if (gradient.Max(Math.Abs) < 1e-11) return;
            var system = new double[count, count + 1];
            for (int j = 0; j < count; j++)
            {
                double[] unit = new double[count];
                unit[j] = 1;
                double[] column = [.. Gradient.HessianVectorProduct(loss(), values, Parts(unit)).SelectMany(h => h.ToArray())];
                for (int i = 0; i < count; i++) system[i, j] = column[i];
                system[j, count] = gradient[j];
            }

            Tensor<double>[] step = Parts(Solve(system));
            int at = 0;
            foreach (Parameter<double> parameter in net.Parameters) parameter.Set(parameter.Value.Detach() - step[at++]);
        }

        Tensor<double>[] Parts(double[] all)
        {
            int start = 0;
            return [.. values.Select(v => Tensor.From(all[start..(start += v.Count)], v.Shape))];
        }
    }

    private static double[] Solve(double[,] system)
    {
        int n = system.GetLength(0);
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(system[i, k]));
            for (int j = 0; j <= n; j++) (system[k, j], system[pivot, j]) = (system[pivot, j], system[k, j]);
            for (int i = 0; i < n; i++)
            {
                double factor = i == k ? 0 : system[i, k] / system[k, k];
                for (int j = k; j <= n; j++) system[i, j] -= factor * system[k, j];
            }
        }

        return [.. Enumerable.Range(0, n).Select(i => system[i, n] / system[i, i])];
    }
}
