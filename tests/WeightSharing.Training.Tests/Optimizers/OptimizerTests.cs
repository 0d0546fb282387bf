using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class OptimizerTests
{
    private const int Steps = 7;

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(0, 0, 0.1, false)]
    [InlineData(0.9, 0, 0, false)]
    [InlineData(0.9, 0.3, 0.1, false)]
    [InlineData(0.9, 0, 0.1, true)]
    public void Sgd_follows_its_formula(double momentum, double dampening, double decay, bool nesterov)
    {
        double velocity = 0;
        Check(set => new Sgd<double>(set, 0.1, momentum, dampening, decay, nesterov), (p, g, t) =>
        {
            g += decay * p;
            velocity = t == 1 ? g : momentum * velocity + (1 - dampening) * g;
            return p - 0.1 * (momentum == 0 ? g : nesterov ? g + momentum * velocity : velocity);
        }, () => velocity = 0);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.1, false)]
    [InlineData(0.1, true)]
    public void Adam_follows_its_formula(double decay, bool amsgrad)
    {
        double m = 0, v = 0, max = 0;
        Check(set => new Adam<double>(set, 0.05, 0.8, 0.95, 1e-6, decay, amsgrad), (p, g, t) =>
        {
            g += decay * p;
            m = 0.8 * m + 0.2 * g;
            v = 0.95 * v + 0.05 * g * g;
            max = Math.Max(max, v);
            double hat = (amsgrad ? max : v) / (1 - Math.Pow(0.95, t));
            return p - 0.05 * (m / (1 - Math.Pow(0.8, t))) / (Math.Sqrt(hat) + 1e-6);
        }, () => m = v = max = 0);
    }

    [Fact]
    public void AdamW_decays_the_parameter_and_not_the_gradient()
    {
        double m = 0, v = 0;
        Check(set => new AdamW<double>(set, 0.05, weightDecay: 0.2), (p, g, t) =>
        {
            p *= 1 - 0.05 * 0.2;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            return p - 0.05 * (m / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, t))) + 1e-8);
        }, () => m = v = 0);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.9, 0.1, false)]
    [InlineData(0, 0, true)]
    [InlineData(0.9, 0.1, true)]
    public void RmsProp_follows_its_formula(double momentum, double decay, bool centered)
    {
        double square = 0, mean = 0, velocity = 0;
        Check(set => new RmsProp<double>(set, 0.02, 0.9, 1e-6, momentum, decay, centered), (p, g, _) =>
        {
            g += decay * p;
            square = 0.9 * square + 0.1 * g * g;
            mean = 0.9 * mean + 0.1 * g;
            double direction = g / (Math.Sqrt(centered ? square - mean * mean : square) + 1e-6);
            velocity = momentum * velocity + direction;
            return p - 0.02 * velocity;
        }, () => square = mean = velocity = 0);
    }

    // Losses Σ ½ap² − bp + Π p / 10 of four numbers; the values are those of torch.optim in double precision, and of NAdam
    // those of its formula: PyTorch before version 2 has one factor μₜ too many.
    public static TheoryData<string, int, double[]> Trajectories => new()
    {
        { "adagrad", 5, [1.2922664623238846, -1.6856704526622988, 2.6820993370911097, 0.29821436002533896] },
        { "adagrad, all", 5, [1.2399316978519288, -1.7108358501133805, 2.704244995256287, 0.3094820153240008] },
        { "adadelta", 5, [1.016324952733532, -1.983594809765184, 2.9835842489837594, 0.4838761016016442] },
        { "adadelta, all", 5, [1.0189880656761334, -1.9808790448041194, 2.980865341259351, 0.481219066525257] },
        { "adamax", 5, [1.4246152353526746, -1.5221476500542865, 2.5135112218759406, 0.20895924154363577] },
        { "adamax, all", 5, [1.434920858424087, -1.4796518613069727, 2.487609326918554, 0.2002244349510764] },
        { "nadam", 5, [1.3635192840359136, -1.6070323989923774, 2.602133407164872, 0.26876636751193556] },
        { "nadam, all", 5, [1.388106996884219, -1.56067298214156, 2.554836211597495, 0.2506415292408342] },
        { "radam", 5, [1.329053184224815, -1.15241170568089, 0.23828028097350473, 0.2038126695222583] },
        { "radam", 8, [1.3377463969885925, -1.1431712802417662, 0.23065744310079947, 0.19488878725593406] },
        { "radam, all", 5, [1.2710621091530894, -1.0802609030243435, 0.20864636940571846, 0.18797290605759148] },
        { "radam, all", 8, [1.3534149815967773, -0.9888880971662266, 0.1359824604017823, 0.10480469304419228] },
    };

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void Trajectories_are_those_of_PyTorch(string name, int steps, double[] expected)
    {
        Assert.Equal(expected, Trajectory(Named<double>(name), steps), (a, b) => Math.Abs(a - b) <= 1e-12);
        Assert.Equal(expected, [.. Trajectory(Named<float>(name), steps).Select(value => (double)value)], (a, b) => Math.Abs(a - b) <= 2e-6);
    }

    private static Func<ParameterSet<T>, Optimizer<T>> Named<T>(string name)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => name switch
        {
            "adagrad" => set => new Adagrad<T>(set, 0.1),
            "adagrad, all" => set => new Adagrad<T>(set, 0.1, learningRateDecay: 0.05, weightDecay: 0.1, initialAccumulator: 0.2, epsilon: 1e-6),
            "adadelta" => set => new Adadelta<T>(set),
            "adadelta, all" => set => new Adadelta<T>(set, 0.5, memory: 0.8, epsilon: 1e-5, weightDecay: 0.1),
            "adamax" => set => new Adamax<T>(set, 0.1),
            "adamax, all" => set => new Adamax<T>(set, 0.1, 0.8, 0.95, 1e-6, 0.1),
            "nadam" => set => new NAdam<T>(set, 0.1),
            "nadam, all" => set => new NAdam<T>(set, 0.1, 0.8, 0.95, 1e-6, 0.1, momentumDecay: 0.01),
            "radam" => set => new RAdam<T>(set, 0.1),
            _ => set => new RAdam<T>(set, 0.1, 0.8, 0.9, 1e-6, 0.1),
        };

    private static T[] Trajectory<T>(Func<ParameterSet<T>, Optimizer<T>> make, int steps)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        static T N(double value) => T.CreateChecked(value);
        var p = new Parameter<T>(Tensor.From(N(1), N(-2), N(3), N(0.5)));
        Tensor<T> a = Tensor.From(N(0.5), N(1), N(2), N(3)), b = Tensor.From(N(1), N(0), N(-1), N(0.25));
        Optimizer<T> optimizer = make(Set(("p", p)));
        for (int i = 0; i < steps; i++)
        {
            optimizer.ZeroGradient();
            ((a * p.Value * p.Value * N(0.5) - b * p.Value).Sum() + p.Value.Product() * N(0.1)).Backward();
            optimizer.Step();
        }

        return p.Value.ToArray();
    }

    [Theory]
    [InlineData("nadam")]
    [InlineData("radam")]
    public void Decoupled_decay_acts_on_the_parameter_alone(string name)
    {
        Optimizer<double> With(ParameterSet<double> set, double decay) => name == "nadam"
            ? new NAdam<double>(set, 0.1, weightDecay: decay, decoupledDecay: true)
            : new RAdam<double>(set, 0.1, weightDecay: decay, decoupledDecay: true);
        (ParameterSet<double> set, Parameter<double> a, _) = Two();
        (ParameterSet<double> decaying, Parameter<double> b, _) = Two();
        Seed(a, 1);
        Seed(b, 1);
        double[] before = a.Value.ToArray();
        With(set, 0).Step();
        With(decaying, 0.3).Step();
        for (int i = 0; i < before.Length; i++) Assert.Equal(a.Value[i] - 0.03 * before[i], b.Value[i], 1e-14);
    }

    [Fact]
    public void A_shared_parameter_is_updated_once_a_step_by_the_sum_over_its_uses()
    {
        var encoder = new Linear(3, 3);
        var model = new Sequential<double>(encoder, new Linear(3, 3, encoder.Weight.Transposed()));
        model.Initialize(seed: 1);
        Parameter<double> shared = encoder.Weight.Parameter;
        double[] before = shared.Value.ToArray();
        var optimizer = new Sgd<double>(model.Parameters, 0.1);
        model.Forward(Tensor.Normal<double>([4, 3], RandomKey.Of(1))).Sum().Backward();
        double[] gradient = shared.Gradient!.ToArray();
        int version = shared.Version;
        optimizer.Step();
        Assert.Single(optimizer.Parameters);
        Assert.Equal(version + 1, shared.Version);
        Assert.Equal(before.Zip(gradient, (p, g) => Math.FusedMultiplyAdd(-0.1, g, p)), shared.Value.ToArray());
    }

    [Fact]
    public void Frozen_parameters_and_those_without_gradient_stay_and_their_state_does_not_age()
    {
        (ParameterSet<double> set, Parameter<double> a, Parameter<double> b) = Two();
        var optimizer = new Adam<double>(set, 0.1);
        double[] first = a.Value.ToArray(), second = b.Value.ToArray();
        Seed(a, 1);
        Seed(b, 2);
        b.IsFrozen = true;
        optimizer.Step();
        Assert.NotEqual(first, a.Value.ToArray());
        Assert.Equal(second, b.Value.ToArray());
        b.IsFrozen = false;
        optimizer.ZeroGradient();
        Assert.Null(a.Gradient);
        double[] after = a.Value.ToArray();
        optimizer.Step();
        Assert.Equal(after, a.Value.ToArray());
        TrainingState<double> state = optimizer.State();
        Assert.Equal(1, state.Counter("a/steps"));
        Assert.False(state.Counters.ContainsKey("b/steps"));
        Assert.Equal(2, optimizer.StepCount);
    }

    [Fact]
    public void A_backward_pass_over_a_graph_from_before_the_step_is_an_error()
    {
        (ParameterSet<double> set, Parameter<double> a, _) = Two();
        Tensor<double> loss = (a.Value * a.Value).Sum();
        loss.Backward(retainGraph: true);
        new Sgd<double>(set, 0.1).Step();
        Assert.Throws<InvalidOperationException>(() => loss.Backward());
    }

    [Fact]
    public void The_state_outlives_the_scope_of_the_step()
    {
        (ParameterSet<double> set, Parameter<double> a, _) = Two();
        var optimizer = new Adam<double>(set, 0.1);
        for (int i = 0; i < 3; i++)
        {
            using var scope = TensorScope.Begin();
            optimizer.ZeroGradient();
            (a.Value * a.Value).Sum().Backward();
            optimizer.Step();
        }

        Assert.All(optimizer.State().Tensors["a/second"].ToArray(), value => Assert.True(value > 0));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1e-3)]
    [InlineData(double.PositiveInfinity)]
    public void A_learning_rate_that_is_none_is_an_error(double rate)
    {
        (ParameterSet<double> set, _, _) = Two();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Adam<double>(set, rate));
        Assert.StartsWith($"Adam: learning rate {rate}; expected a finite number of at least 0.", error.Message, StringComparison.Ordinal);
        var optimizer = new RmsProp<double>(set);
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.LearningRate = rate);
        Assert.Equal(0.01, optimizer.LearningRate);
    }

    [Fact]
    public void Hyperparameters_out_of_range_are_errors_that_name_them()
    {
        (ParameterSet<double> set, _, _) = Two();
        Message("Adam: beta1 1; expected at least 0 and below 1.", () => new Adam<double>(set, beta1: 1));
        Message("Adam: beta2 NaN; expected at least 0 and below 1.", () => new AdamW<double>(set, beta2: double.NaN));
        Message("Adam: epsilon -1; expected a finite number of at least 0.", () => new Adam<double>(set, epsilon: -1));
        Message("Sgd: momentum 1.5; expected at least 0 and below 1.", () => new Sgd<double>(set, 0.1, momentum: 1.5));
        Message("Sgd: dampening 2; expected 0 to 1.", () => new Sgd<double>(set, 0.1, dampening: 2));
        Message("Adagrad: initial accumulator -1; expected a finite number of at least 0.", () => new Adagrad<double>(set, initialAccumulator: -1));
        Message("Adadelta: memory 1; expected at least 0 and below 1.", () => new Adadelta<double>(set, memory: 1));
        Message("Adamax: beta2 1; expected at least 0 and below 1.", () => new Adamax<double>(set, beta2: 1));
        Message("NAdam: momentum decay -1; expected a finite number of at least 0.", () => new NAdam<double>(set, momentumDecay: -1));
        Message("RAdam: beta1 1; expected at least 0 and below 1.", () => new RAdam<double>(set, beta1: 1));
        Message("RmsProp: weight decay -1; expected a finite number of at least 0.", () => new RmsProp<double>(set, weightDecay: -1));
        var error = Assert.Throws<ArgumentException>(() => new Sgd<double>(set, 0.1, nesterov: true));
        Assert.StartsWith("Sgd: Nesterov with momentum 0 and dampening 0; it needs momentum above 0 and no dampening.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Restored_state_goes_on_bitwise_where_it_was_saved()
    {
        Func<ParameterSet<float>, Optimizer<float>>[] makers =
        [
            set => new Sgd<float>(set, 0.1, momentum: 0.9), set => new Adam<float>(set, 0.1, amsgrad: true), set => new AdamW<float>(set, 0.1),
            set => new RmsProp<float>(set, momentum: 0.5, centered: true), set => new Adagrad<float>(set, 0.1, 0.1, initialAccumulator: 0.5), set => new Adadelta<float>(set),
            set => new Adamax<float>(set), set => new NAdam<float>(set), set => new RAdam<float>(set, beta2: 0.9),
        ];
        foreach (Func<ParameterSet<float>, Optimizer<float>> make in makers)
        {
            var whole = new Parameter<float>(Tensor.Normal<float>([37], RandomKey.Of(1)));
            var broken = new Parameter<float>(whole.Value);
            Optimizer<float> unbroken = make(Set(("p", whole))), stopped = make(Set(("p", broken)));
            for (int i = 0; i < 8; i++)
            {
                if (i == 4)
                {
                    TrainingState<float> state = stopped.State();
                    stopped = make(Set(("p", broken)));
                    stopped.Restore(state);
                }

                foreach ((Optimizer<float> optimizer, Parameter<float> parameter) in new[] { (unbroken, whole), (stopped, broken) })
                {
                    optimizer.LearningRate = 0.1 / (i + 1);
                    optimizer.ZeroGradient();
                    (parameter.Value * Tensor.Normal<float>([37], RandomKey.Of(i))).Sum().Backward();
                    optimizer.Step();
                }
            }

            Assert.Equal(whole.Value.ToArray(), broken.Value.ToArray());
            Assert.Equal(unbroken.StepCount, stopped.StepCount);
        }
    }

    [Fact]
    public void State_of_another_kind_or_shape_is_an_error_that_changes_nothing()
    {
        (ParameterSet<double> set, Parameter<double> a, _) = Two();
        var adam = new Adam<double>(set, 0.1);
        Seed(a, 1);
        adam.Step();
        TrainingState<double> state = adam.State();
        var wrong = Assert.Throws<ArgumentException>(() => new Sgd<double>(set, 0.1).Restore(state));
        Assert.Equal("TrainingState: the counter Sgd/step_count is missing; the state is not of this kind of optimizer, schedule or trainer.", wrong.Message);
        var other = new Adam<double>(Set(("a", new Parameter<double>(Tensor.Zeros<double>(2)))), 0.5);
        var shape = Assert.Throws<ArgumentException>(() => other.Restore(state));
        Assert.Equal("Adam: the state a/first [3] fits no parameter; there are a [2].", shape.Message);
        Assert.Equal(0.5, other.LearningRate);
        Assert.Equal(0, other.StepCount);
    }

    [Fact]
    public void Groups_have_hyperparameters_and_a_learning_rate_of_their_own()
    {
        (ParameterSet<double> set, Parameter<double> a, Parameter<double> b) = Two();
        double[] first = a.Value.ToArray(), second = b.Value.ToArray();
        var plain = new SgdSettings();
        var optimizer = new Sgd<double>(set, 0.1, new SgdSettings { WeightDecay = 0.5 }, new ParameterGroup<double, SgdSettings>([b], plain, LearningRateScale: 10));
        Assert.Same(plain, optimizer.SettingsOf(b));
        Assert.Equal(0.5, optimizer.SettingsOf(a).WeightDecay);
        ((a.Value * 0.0).Sum() + b.Value.Sum()).Backward();
        optimizer.Step();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(first[i] * (1 - 0.05), a.Value[i], 1e-12);
            Assert.Equal(second[i] - 1, b.Value[i], 1e-12);
        }
    }

    [Fact]
    public void A_parameter_in_two_groups_is_an_error_with_all_its_names()
    {
        var shared = new Parameter<double>(Tensor.Zeros<double>(3));
        ParameterSet<double> set = Set(("encoder.weight", shared), ("decoder.weight", shared));
        var settings = new AdamSettings();
        var error = Assert.Throws<ArgumentException>(() => new Adam<double>(set, 0.1, settings, new([shared], settings), new([shared], settings)));
        Assert.Equal("Adam: the parameter encoder.weight = decoder.weight [3] is in group 0 and in group 1; a parameter belongs to one group, under whichever of its names.", error.Message);
        error = Assert.Throws<ArgumentException>(() => new Adam<double>(set, 0.1, settings, new ParameterGroup<double, AdamSettings>([shared, shared], settings)));
        Assert.Contains("is twice in group 0", error.Message, StringComparison.Ordinal);
        var stranger = new Parameter<double>(Tensor.Zeros<double>(2));
        error = Assert.Throws<ArgumentException>(() => new Adam<double>(set, 0.1, settings, new ParameterGroup<double, AdamSettings>([stranger], settings)));
        Assert.Equal("Adam: group 0 has Parameter (unnamed) [2], which does not belong to the optimizer's set.", error.Message);
    }

    private static void Check(Func<ParameterSet<double>, Optimizer<double>> make, Func<double, double, int, double> formula, Action restart)
    {
        const int Count = 21;
        double[] start = Tensor.Normal<double>(Count, RandomKey.Of(1)).ToArray();
        double[][] gradients = [.. Enumerable.Range(0, Steps).Select(step => Tensor.Normal<double>(Count, RandomKey.Of(2).Fork(step)).ToArray())];
        var parameter = new Parameter<double>(Tensor.From(start));
        Optimizer<double> optimizer = make(Set(("p", parameter)));
        foreach (double[] gradient in gradients)
        {
            optimizer.ZeroGradient();
            (parameter.Value * Tensor.From(gradient)).Sum().Backward();
            optimizer.Step();
        }

        for (int i = 0; i < Count; i++)
        {
            restart();
            double p = start[i];
            for (int t = 1; t <= Steps; t++) p = formula(p, gradients[t - 1][i], t);
            Assert.Equal(p, parameter.Value[i], 1e-12 * (1 + Math.Abs(p)));
        }
    }

    private static void Message(string expected, Func<object> make) =>
        Assert.StartsWith(expected, Assert.Throws<ArgumentOutOfRangeException>(make).Message, StringComparison.Ordinal);

    private static void Seed(Parameter<double> parameter, long seed) => (parameter.Value * Tensor.Normal<double>(parameter.Shape, RandomKey.Of(seed))).Sum().Backward();

    private static (ParameterSet<double> Set, Parameter<double> A, Parameter<double> B) Two()
    {
        Parameter<double> a = new(Tensor.From(1.0, -2, 3)), b = new(Tensor.From(0.5, 4, -1));
        return (Set(("a", a), ("b", b)), a, b);
    }

    private static ParameterSet<T> Set<T>(params (string Name, Parameter<T> Parameter)[] named)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new(named.Select(pair => (pair.Name, (Weight<T>)pair.Parameter)));
}
