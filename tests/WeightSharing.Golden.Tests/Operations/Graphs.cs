using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden.Operations;

/// <summary>The graph and its form, as the cases of graph layers state them.</summary>
internal static class GoldenGraph
{
    public static (Graph Graph, GraphNormalization Normalization, bool SelfLoops) Of<T>(Operands<T> t, Hyperparameters hp)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Tensor<int> edges = t.Indices("edges");
        double[] weights = t.Find("edge_weight") is { } given ? Array.ConvertAll(given.ToArray(), double.CreateChecked) : [];
        Graph graph = Graph.FromEdges(
            t["x"].Shape[0], edges.Select(1, 0).ToArray(), edges.Select(1, 1).ToArray(), weights, duplicates: DuplicateEdges.Last);
        return hp.Text("norm", "sym") switch
        {
            "sym" => (graph, GraphNormalization.Symmetric, true),
            "row" => (graph, GraphNormalization.Row, true),
            "none" => (graph, GraphNormalization.None, false),
            var other => throw new FormatException($"hp.norm is \"{other}\"; expected sym, row or none."),
        };
    }
}

internal sealed class GraphConvolutionOperation : GoldenOperation
{
    public override string Name => "gcn";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        (Graph graph, GraphNormalization normalization, bool selfLoops) = GoldenGraph.Of(t, hp);
        Tensor<T> y = graph.Adjacency<T>(normalization, selfLoops).MatMul(t["x"].MatMul(t["weight"]));
        return new() { ["y"] = t.Has("bias") ? y + t["bias"] : y };
    }
}

internal sealed class GraphConvolutionLayer : GoldenLayer
{
    public override string Name => "gcn";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        (Graph graph, GraphNormalization normalization, bool selfLoops) = GoldenGraph.Of(t, hp);
        Shape shape = t["weight"].Shape;
        var layer = new GraphConvolution<T>(
            shape[0], shape[1], t.Has("bias"), normalization, selfLoops, new Weight<T>(new Parameter<T>(shape)).Transposed());
        t.Load(layer.Weight, "weight");
        t.Load(layer.Bias, "bias");
        return new() { ["y"] = layer.Forward(t["x"], graph) };
    }
}

internal sealed class MultiHopOperation : GoldenOperation
{
    public override string Name => "gpr";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        (Graph graph, GraphNormalization normalization, bool selfLoops) = GoldenGraph.Of(t, hp);
        Tensor<T> h = t["x"].MatMul(t["weight"]), theta = t["theta"], y = h * theta[..1];
        for (int k = 1; k < theta.Count; k++) y += (h = graph.Propagate(h, 1, normalization, selfLoops)) * theta[k..(k + 1)];
        return new() { ["y"] = y };
    }
}

internal sealed class MultiHopLayer : GoldenLayer
{
    public override string Name => "gpr";

    public override Outputs<T> Run<T>(Operands<T> t, Hyperparameters hp)
    {
        (Graph graph, GraphNormalization normalization, bool selfLoops) = GoldenGraph.Of(t, hp);
        Shape shape = t["weight"].Shape;
        var layer = new MultiHopConvolution<T>(
            shape[0], shape[1], t["theta"].Count - 1, bias: false, normalization: normalization, selfLoops: selfLoops,
            weight: new Weight<T>(new Parameter<T>(shape)).Transposed());
        t.Load(layer.Weight, "weight");
        t.Load(layer.HopWeights, "theta");
        return new() { ["y"] = layer.Forward(t["x"], graph) };
    }
}
