using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

internal sealed class Arith : GoldenOperation
{
    public override string Name => "arith";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = Expression<T>.Evaluate(hp.Required("expr"), t.Find),
    };
}

internal sealed class MatMul : GoldenOperation
{
    public override string Name => "matmul";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new() { ["y"] = t["a"].MatMul(t["b"]) };
}

internal sealed class Reduce : GoldenOperation
{
    public override string Name => "reduce";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> x = t["x"];
        int[] dims = hp.List("dims") ?? [];
        bool keep = hp.Flag("keepdim");
        string kind = hp.Required("kind");
        bool unbiased = hp.Flag("unbiased", missing: true);
        return new()
        {
            ["y"] = kind switch
            {
                "sum" => x.Sum(dims, keep),
                "mean" => x.Mean(dims, keep),
                "logsumexp" => x.LogSumExp(dims, keep),
                "var" => x.Variance(dims, unbiased, keep),
                "max" => dims is [int one] ? x.Max(one, keep) : x.Max(dims, keep),
                "min" => dims is [int one] ? x.Min(one, keep) : x.Min(dims, keep),
                "prod" => x.Product(dims, keep),
                _ => throw new FormatException($"hp.kind is \"{kind}\"."),
            },
        };
    }
}

internal sealed class Permute : GoldenOperation
{
    public override string Name => "permute";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> y = t["x"].Permute(hp.List("dims")!);
        return new() { ["y"] = hp.List("reshape") is { } shape ? y.Reshape(shape) : y };
    }
}

internal sealed class Slice : GoldenOperation
{
    public override string Name => "slice";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> y = t["x"];
        int[] ranges = hp.List("ranges")!;
        for (int i = 0; i < ranges.Length; i += 3) y = y.Slice(i / 3, ranges[i], ranges[i + 1], ranges[i + 2]);
        return new() { ["y"] = y };
    }
}

internal sealed class Concat : GoldenOperation
{
    public override string Name => "concat";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = Tensor.Concat<T>([.. t.Names.Select(name => t[name])], hp.Integer("dim")),
    };
}

internal sealed class Stack : GoldenOperation
{
    public override string Name => "stack";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = Tensor.Stack<T>([.. t.Names.Select(name => t[name])], hp.Integer("dim")),
    };
}

internal sealed class IndexSelect : GoldenOperation
{
    public override string Name => "index_select";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].IndexSelect(hp.Integer("dim"), t.Indices("index")),
    };
}

internal sealed class Pad : GoldenOperation
{
    public override string Name => "pad";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        Tensor<T> x = t["x"];
        int[] pad = hp.List("pad")!;
        // The pairs begin with the last dimension; those that are not mentioned stay.
        var sides = new (int Low, int High)[x.Rank];
        for (int i = 0; i < pad.Length / 2; i++) sides[^(i + 1)] = (pad[2 * i], pad[2 * i + 1]);
        PaddingMode mode = ConvolutionPadding.ModeOf(hp.Required("mode"));
        return new() { ["y"] = x.Pad(sides, mode, T.CreateChecked(hp.Real("value", 0))) };
    }
}

internal sealed class Gather : GoldenOperation
{
    public override string Name => "gather";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["x"].Gather(hp.Integer("dim"), t.Indices("index")),
    };
}

internal sealed class IndexAdd : GoldenOperation
{
    public override string Name => "index_add";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = t["base"].IndexAdd(hp.Integer("dim"), t.Indices("index"), t["src"]),
    };
}

internal sealed class Einsum : GoldenOperation
{
    public override string Name => "einsum";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp) => new()
    {
        ["y"] = Tensor.Einsum<T>(hp.Required("equation"), [.. t.Names.Select(name => t[name])]),
    };
}
