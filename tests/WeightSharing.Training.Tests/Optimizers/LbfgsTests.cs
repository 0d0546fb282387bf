using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class LbfgsTests
{
    // Loss Σ ½ap² − bp + p⁴/100 + Π p / 10 of four numbers; the values are those of torch.optim.LBFGS in double precision after five steps.
    public static TheoryData<LbfgsSettings, double, double[], double[], int> Trajectories => new()
    {
        {
            new() { MaximumIterations = 3, History = 2 }, 0.1,
            [1.2339381864090588, -0.8971689727137516, 1.0431160520539706, 0.20418223304908115],
            [14.180625, 11.353185033282838, 7.726267175500044, 5.0316050239948185, 3.0851318128736995], 15
        },
        {
            new() { MaximumIterations = 4, History = 3, LineSearch = true }, 1,
            [1.6443640398090944, 0.006856830814569686, -0.497583544795951, 0.08350552627827862],
            [14.180625, -1.1492022205638441, -1.1550881266086572, -1.1550888569250772, -1.1550888569250772], 16
        },
        {
            new(), 1,
            [1.6443609035879647, 0.00683355541193732, -0.49758265813388286, 0.08351146526162308],
            [14.180625, -1.1550888572899534, -1.1550888572899534, -1.1550888572899534, -1.1550888572899534], 15
        },
    };

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void Trajectories_are_those_of_PyTorch(LbfgsSettings settings, double rate, double[] expected, double[] losses, int evaluations)
    {
        var problem = new Problem<double>();
        var optimizer = new Lbfgs<double>(problem.Parameters, rate, settings);
        double[] before = [.. losses.Select(_ => optimizer.Step(problem.Loss))];
        Assert.Equal(losses, before, (a, b) => Math.Abs(a - b) <= 1e-11 * (1 + Math.Abs(a)));
        Assert.Equal(expected, problem.P.Value.ToArray(), (a, b) => Math.Abs(a - b) <= 1e-10);
        Assert.Equal((5, evaluations), (optimizer.StepCount, optimizer.Evaluations));
    }

    [Fact]
    public void Single_precision_reaches_the_same_minimum()
    {
        var problem = new Problem<float>();
        new Lbfgs<float>(problem.Parameters, settings: new() { LineSearch = true, MaximumIterations = 50 }).Step(problem.Loss);
        Assert.Equal([1.64436090, 0.00683355, -0.49758265, 0.08351146], [.. problem.P.Value.ToArray().Select(v => (double)v)], (a, b) => Math.Abs(a - b) <= 3e-4);
    }

    [Fact]
    public void The_valley_of_Rosenbrock_is_followed_as_PyTorch_does()
    {
        var p = new Parameter<double>(Tensor.From(-1.2, 1));
        var optimizer = new Lbfgs<double>(Set(p), settings: new() { LineSearch = true, MaximumIterations = 100 });
        for (int i = 0; i < 3; i++)
        {
            optimizer.Step(() =>
            {
                Tensor<double> x = p.Value.Select(0, 0), y = p.Value.Select(0, 1);
                return (1 - x).Square() + 100 * (y - x * x).Square();
            });
        }

        // Where PyTorch stops, too: the loss changes by less than 1e-9.
        Assert.Equal([0.9999814210791366, 0.9999619651810989], p.Value.ToArray(), (a, b) => Math.Abs(a - b) <= 1e-9);
        Assert.Equal(45, optimizer.Evaluations);
    }

    [Fact]
    public void Restored_state_goes_on_bitwise_where_it_was_saved()
    {
        Problem<float> whole = new(), broken = new();
        var settings = new LbfgsSettings { MaximumIterations = 2, LineSearch = true };
        Lbfgs<float> unbroken = new(whole.Parameters, 0.5, settings), stopped = new(broken.Parameters, 0.5, settings);
        for (int i = 0; i < 4; i++)
        {
            if (i == 2)
            {
                TrainingState<float> state = stopped.State();
                stopped = new(broken.Parameters, 1, settings);
                stopped.Restore(state);
            }

            Assert.Equal(unbroken.Step(whole.Loss), stopped.Step(broken.Loss));
        }

        Assert.Equal(whole.P.Value.ToArray(), broken.P.Value.ToArray());
        Assert.Equal((unbroken.Iterations, unbroken.Evaluations, unbroken.LearningRate), (stopped.Iterations, stopped.Evaluations, stopped.LearningRate));
        var other = new Lbfgs<float>(Set(new Parameter<float>(Tensor.Zeros<float>(3))));
        var error = Assert.Throws<ArgumentException>(() => other.Restore(unbroken.State()));
        Assert.Contains("does not fit; the parameters have 3 elements.", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, other.StepCount);
    }

    [Fact]
    public void Frozen_parameters_stay()
    {
        Parameter<double> a = new(Tensor.From(1.0, 2)), b = new(Tensor.From(3.0));
        b.IsFrozen = true;
        var optimizer = new Lbfgs<double>(new([("a", a), ("b", b)]), settings: new() { LineSearch = true });
        optimizer.Step(() => (a.Value * b.Value - 6).Square().Sum());
        Assert.Equal([3.0], b.Value.ToArray());
        Assert.Equal([2.0, 2], a.Value.ToArray(), (x, y) => Math.Abs(x - y) <= 1e-6);
    }

    [Fact]
    public void What_cannot_be_stepped_from_is_an_error()
    {
        var problem = new Problem<double>();
        var optimizer = new Lbfgs<double>(problem.Parameters);
        var error = Assert.Throws<ArithmeticException>(() => optimizer.Step(() => problem.Loss() * double.NaN));
        Assert.Equal("Lbfgs: the loss is NaN; begin where it is finite.", error.Message);
        Assert.StartsWith("Lbfgs: history 0; expected at least 1.", Assert.Throws<ArgumentOutOfRangeException>(() => new LbfgsSettings { History = 0 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lbfgs<double>(problem.Parameters, -1));
    }

    private static ParameterSet<T> Set<T>(Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new([("p", (Weight<T>)parameter)]);

    private sealed class Problem<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Tensor<T> a = Tensor.From(N(0.5), N(1), N(2), N(3)), b = Tensor.From(N(1), N(0), N(-1), N(0.25));

        public Parameter<T> P { get; } = new(Tensor.From(N(1), N(-2), N(3), N(0.5)));

        public ParameterSet<T> Parameters => field ??= Set(P);

        public Tensor<T> Loss()
        {
            Tensor<T> p = P.Value;
            return (a * p * p * N(0.5) - b * p).Sum() + p.Product() * N(0.1) + p.Square().Square().Sum() * N(0.01);
        }

        private static T N(double value) => T.CreateChecked(value);
    }
}
