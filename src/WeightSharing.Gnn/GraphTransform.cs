using System.Globalization;
using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>h = x·Wᵀ + b, the map that a graph layer applies to every node, under names of its own: <c>lin.weight</c>, <c>lin.bias</c>.</summary>
internal sealed class GraphTransform<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public GraphTransform(string layer, int inputs, int outputs, bool bias, Weight<T>? weight, Initializer? initializer)
    {
        if (weight is not null && (weight.Shape.Rank != 2 || weight.Shape[0] != outputs || weight.Shape[1] != inputs))
        {
            throw new ArgumentException($"{layer}: the shared weight has shape {weight.Shape}; the layer needs [{outputs}, {inputs}].", nameof(weight));
        }

        var fan = new Fan(inputs, outputs);
        Weight = Register("weight", weight ?? new Parameter<T>([outputs, inputs], initializer ?? Initializer.FanInUniform, fan));
        if (bias) Bias = Register("bias", new Parameter<T>(outputs, Initializer.FanInUniform, fan));
    }

    public Weight<T> Weight { get; }

    public Weight<T>? Bias { get; }

    public Tensor<T> Apply(Tensor<T> x, Site site = default) => x.Linear(Weight.Use(site, x.Shape[0]), Bias?.Use(site, x.Shape[0]));

    // h = X·Wᵀ + b       [nodes, out] = [nodes, in] · [in, out] + [out], over the entries of X alone
    public Tensor<T> Apply(SparseMatrix<T> x, Site site = default)
    {
        Tensor<T> h = x.MatMul(Weight.Use(site, x.Shape[0]).Transpose());
        return Bias is null ? h : h + Bias.Use(site, x.Shape[0]);
    }

    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new GraphTransform<TOther>("", Weight.Shape[1], Weight.Shape[0], Bias is not null, copier.Copy(Weight), null);
}

/// <summary>Transforms under the names 0, 1, …: <c>lins.0.weight</c>.</summary>
internal sealed class GraphTransforms<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GraphTransform<T>[] transforms;

    public GraphTransforms(params IReadOnlyList<GraphTransform<T>> transforms)
    {
        this.transforms = [.. transforms];
        for (int i = 0; i < this.transforms.Length; i++) Register(i.ToString(CultureInfo.InvariantCulture), this.transforms[i]);
    }

    public int Count => transforms.Length;

    public GraphTransform<T> this[int index] => transforms[index];

    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) =>
        new GraphTransforms<TOther>([.. transforms.Select(copier.Copy<GraphTransform<TOther>>)]);
}
