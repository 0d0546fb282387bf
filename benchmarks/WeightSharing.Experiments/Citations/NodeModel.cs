using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Citations;

/// <summary>A network that classifies nodes by sparse features, and how it is trained.</summary>
internal abstract class NodeModel : Module<float>
{
    /// <summary>The logits, [nodes, classes].</summary>
    public abstract Tensor<float> Forward(SparseMatrix<float> features, Graph graph);
}

/// <summary>Dropout, a map of sparse features to hidden ones, ReLU, dropout, and a graph layer from hidden features to classes.</summary>
internal sealed class HiddenModel : NodeModel
{
    private readonly Dropout<float> inputDropout, hiddenDropout;
    private readonly Func<SparseMatrix<float>, Graph, Tensor<float>> first;

    private HiddenModel(Module<float> input, Func<SparseMatrix<float>, Graph, Tensor<float>> first, GraphLayer<float> output, double dropout)
    {
        inputDropout = Register("input_dropout", new Dropout<float>(dropout));
        Input = Register("input", input);
        hiddenDropout = Register("hidden_dropout", new Dropout<float>(dropout));
        (this.first, Output) = (first, Register("output", output));
    }

    /// <summary>The layer before the hidden features.</summary>
    public Module<float> Input { get; }

    /// <summary>The graph layer behind them.</summary>
    public GraphLayer<float> Output { get; }

    /// <summary>Two graph convolutions.</summary>
    public static HiddenModel Convolutions(int features, int hidden, int classes, double dropout)
    {
        var input = new GraphConvolution<float>(features, hidden);
        return new HiddenModel(input, input.Forward, new GraphConvolution<float>(hidden, classes), dropout);
    }

    /// <summary>A dense layer, which sees each node alone, and then a graph layer.</summary>
    public static HiddenModel Perceptron(int features, int hidden, GraphLayer<float> output, double dropout)
    {
        var input = new Dense<float>(features, hidden);
        return new HiddenModel(input, (x, _) => input.Forward(x), output, dropout);
    }

    /// <inheritdoc/>
    public override Tensor<float> Forward(SparseMatrix<float> features, Graph graph)
    {
        Tensor<float> hidden = first(features.WithValues(inputDropout.Forward(features.Values)), graph).Relu();
        return Output.Forward(hiddenDropout.Forward(hidden), graph);
    }
}

/// <summary>A linear map of features that were propagated beforehand.</summary>
/// <remarks>It sees the nodes that it is asked about as rows of Â²·x, so the graph itself is no longer needed.</remarks>
internal sealed class LinearModel : NodeModel
{
    private readonly SimplifiedGraphConvolution<float> layer;
    private Tensor<float>? propagated;

    /// <summary>Two hops and a linear map.</summary>
    public LinearModel(int features, int classes) => layer = Register("layer", new SimplifiedGraphConvolution<float>(features, classes, hops: 2));

    /// <inheritdoc/>
    public override Tensor<float> Forward(SparseMatrix<float> features, Graph graph)
    {
        // Â²·X is the same at every step.
        propagated ??= graph.Propagate(features.ToDense(), layer.Hops).Keep();
        return propagated.Linear(layer.Weight.Use(), layer.Bias!.Use());
    }
}

/// <summary>Hidden layer and output layer that are registered under names of their own, so that their parameters can be told apart.</summary>
internal sealed class DenseThenPropagate : GraphLayer<float>
{
    private readonly Dense<float> dense;
    private readonly GraphLayer<float> propagation;

    /// <summary>A dense layer whose output travels.</summary>
    public DenseThenPropagate(Dense<float> dense, GraphLayer<float> propagation) =>
        (this.dense, this.propagation) = (Register("dense", dense), Register("propagation", propagation));

    /// <inheritdoc/>
    public override Tensor<float> Forward(Tensor<float> x, Graph graph) => propagation.Forward(dense.Forward(x), graph);
}
