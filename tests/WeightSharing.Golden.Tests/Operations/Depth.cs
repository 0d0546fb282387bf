using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class RecurrentDepthLayer : GoldenLayer
{
    public override string Name => "recurrent_depth";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape weight = t["weight"].Shape;
        var layer = new Dense<T>(weight[1], weight[0], bias: t.Has("bias"));
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        var repeated = new Repeated<T>(new Sequential<T>(layer, new Tanh<T>()), hp.Integer("depth"), hp.Flag("residual"));
        return new() { ["y"] = repeated.Forward(t["x"]) };
    }
}

/// <summary>dx/dt = w2·tanh(w1·[x, t] + b1) + b2.</summary>
internal sealed class NeuralOdeField : GoldenLayer
{
    public override string Name => "node_rk4";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Shape first = t["w1"].Shape, second = t["w2"].Shape;
        var inner = new Dense<T>(first[1], first[0], bias: t.Has("b1"));
        var outer = new Dense<T>(second[1], second[0], bias: t.Has("b2"));
        t.Load(inner.Weight, "w1");
        t.Load(inner.Bias, "b1");
        t.Load(outer.Weight, "w2");
        t.Load(outer.Bias, "b2");
        var field = new LayerField<T>(new Sequential<T>(inner, new Tanh<T>(), outer), hp.Flag("time") ? -1 : null);
        var ode = new NeuralOde<T>(field, OdeSolver.RungeKutta4(hp.Integer("steps")), end: hp.Real("t1", 1));
        return new() { ["x1"] = ode.Forward(t["x0"]) };
    }
}

internal sealed class NeuralOdeFunction : GoldenOperation
{
    public override string Name => "node_rk4";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        bool time = hp.Flag("time");
        Tensor<T> y = Ode.Solve(Field, t["x0"], [0, hp.Real("t1", 1)], OdeSolver.RungeKutta4(hp.Integer("steps")));
        return new() { ["x1"] = y.Select(0, 1) };

        Tensor<T> Field(double at, Tensor<T> x)
        {
            if (time) x = Tensor.Concat([x, Tensor.Full(x.Shape.With(-1, 1), T.CreateChecked(at))], -1);
            return x.Linear(t.Use("w1"), t.Find("b1")).Tanh().Linear(t.Use("w2"), t.Find("b2"));
        }
    }
}

/// <summary>dy/dt = A·y at any times, by the adaptive solver.</summary>
internal abstract class LinearOde : GoldenOperation
{
    public override string Name => "linear_ode";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        OdeSolver solver = OdeSolver.DormandPrince(hp.Real("rtol"), hp.Real("atol"));
        // Read so that a case which states none is known to be compared at the usual one.
        _ = hp.Real("tolerance", 0);
        double[] times = [.. t["times"].ToArray().Select(double.CreateChecked)];
        var rows = new Tensor<T>[times.Length];
        foreach (int[] side in new[] { Ordered(times, time => time >= 0, 1), Ordered(times, time => time < 0, -1) })
        {
            if (side.Length == 0) continue;
            Tensor<T> y = Solve(t, [0, .. side.Select(i => times[i])], solver);
            for (int i = 0; i < side.Length; i++) rows[side[i]] = y.Select(0, i + 1);
        }

        return new() { ["y"] = Tensor.Stack(rows, 0) };
    }

    protected abstract Tensor<T> Solve<T>(Operands<T> t, double[] times, OdeSolver solver)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private static int[] Ordered(double[] times, Func<double, bool> side, int sign) =>
        [.. Enumerable.Range(0, times.Length).Where(i => side(times[i])).OrderBy(i => sign * times[i])];
}

internal sealed class LinearOdeThroughSteps : LinearOde
{
    protected override Tensor<T> Solve<T>(Operands<T> t, double[] times, OdeSolver solver) =>
        Ode.Solve((_, y) => y.Linear(t.Use("A")), t["y0"], times, solver);
}

internal sealed class LinearOdeAdjoint : LinearOde
{
    public override string Way => "adjoint";

    protected override Tensor<T> Solve<T>(Operands<T> t, double[] times, OdeSolver solver)
    {
        Tensor<T> a = t["A"];
        return Ode.SolveAdjoint((_, y) => y.Linear(a), t["y0"], times, solver, a);
    }
}
