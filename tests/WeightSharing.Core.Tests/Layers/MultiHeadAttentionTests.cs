using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class MultiHeadAttentionTests
{
    [Fact]
    public void Has_PyTorchs_names_and_shapes()
    {
        Assert.Equal(
            [("in_proj_weight", new Shape(24, 8)), ("in_proj_bias", new Shape(24)), ("out_proj.weight", new Shape(8, 8)), ("out_proj.bias", new Shape(8))],
            Names(new MultiHeadAttention<float>(8, 2)));
        Assert.Equal(
            [("q_proj_weight", new Shape(8, 8)), ("k_proj_weight", new Shape(8, 5)), ("v_proj_weight", new Shape(8, 3)), ("in_proj_bias", new Shape(24)),
                ("out_proj.weight", new Shape(8, 8)), ("out_proj.bias", new Shape(8))],
            Names(new MultiHeadAttention<float>(8, 2, keyDimension: 5, valueDimension: 3)));
        Assert.Equal(
            [("q_proj_weight", new Shape(8, 8)), ("k_proj_weight", new Shape(4, 8)), ("v_proj_weight", new Shape(4, 8)), ("out_proj.weight", new Shape(8, 8))],
            Names(new MultiHeadAttention<float>(8, 4, keyValueHeads: 2, bias: false)));
    }

    [Theory]
    [InlineData(4, 4, false, 3, 5)]
    [InlineData(4, 2, false, 3, 5)]
    [InlineData(4, 1, false, 3, 5)]
    [InlineData(4, 2, true, 4, 4)]
    [InlineData(4, 4, true, 4, 4)]
    public void Agrees_with_a_loop_over_heads(int heads, int keyValueHeads, bool causal, int length, int keys)
    {
        MultiHeadAttention<double> layer = Layer(8, heads, keyValueHeads, causal);
        Tensor<double> query = Values([2, length, 8], 1), key = Values([2, keys, 8], 2), value = Values([2, keys, 8], 3);
        double[] expected = ByHeads(layer, query, key, value, (n, h, i, j) => !causal || j <= i);
        Close(expected, layer.Forward(query, key, value).ToArray());
        using (UsageLedger.TrackContributions()) Close(expected, layer.Forward(query, key, value).ToArray());
    }

    [Fact]
    public void Masks_hide_keys_for_all_heads_or_for_one_and_a_query_that_sees_nothing_gets_the_output_bias()
    {
        MultiHeadAttention<double> layer = Layer(8, 4, 2, causal: false);
        Tensor<double> query = Values([2, 3, 8], 1), key = Values([2, 5, 8], 2);
        Tensor<bool> all = Mask([3, 5], k => k % 3 != 0);
        bool[] flat = all.ToArray();
        Close(ByHeads(layer, query, key, key, (n, h, i, j) => flat[i * 5 + j]), layer.Forward(query, key, key, all).ToArray());

        Tensor<bool> padding = Mask([2, 1, 1, 5], k => k < 4 || k == 7);
        bool[] padded = padding.ToArray();
        Close(ByHeads(layer, query, key, key, (n, h, i, j) => padded[n * 5 + j]), layer.Forward(query, key, key, padding).ToArray());

        Tensor<bool> heads = Mask([2, 4, 3, 5], k => k % 7 < 4);
        bool[] each = heads.ToArray();
        Close(ByHeads(layer, query, key, key, (n, h, i, j) => each[((n * 4 + h) * 3 + i) * 5 + j]), layer.Forward(query, key, key, heads).ToArray());

        Tensor<double> x = query.Copy().RequireGradient();
        Tensor<double> blind = layer.Forward(x, key, key, Tensor.Zeros<bool>(3, 5));
        Close(layer.Parameters["out_proj.bias"].Value.BroadcastTo([2, 3, 8]).ToArray(), blind.ToArray());
        blind.Sum().Backward();
        Assert.All(x.Gradient!.ToArray(), slope => Assert.Equal(0, slope));
    }

    [Fact]
    public void Causal_attention_does_not_look_ahead()
    {
        MultiHeadAttention<double> layer = Layer(8, 2, 2, causal: true);
        Tensor<double> x = Values([1, 4, 8], 1), changed = x.Copy();
        changed.Select(1, 3).Fill(9);
        Close(layer.Forward(x).Slice(1, 0, 3).ToArray(), layer.Forward(changed).Slice(1, 0, 3).ToArray());
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(4, 2)]
    [InlineData(4, 1)]
    public void Gradients_hold(int heads, int keyValueHeads)
    {
        MultiHeadAttention<double> layer = Layer(4, heads, keyValueHeads, causal: true);
        GradCheck.Verify(layer.Forward, [1, 3, 4], new() { Tolerance = 1e-5 });
        Tensor<double> x = Values([2, 3, 4], 5);
        LayerGradients.Verify(layer, () => layer.Forward(x));
    }

    [Fact]
    public void One_key_head_used_by_four_query_heads_has_four_usages_whose_gradients_add_up()
    {
        MultiHeadAttention<double> layer = Layer(8, 4, 1, causal: false);
        Tensor<double> x = Values([2, 3, 8], 1), outer = Values([2, 3, 8], 9);
        (layer.Forward(x) * outer).Sum().Backward();
        Parameter<double> keys = layer.Parameters["k_proj_weight"].Parameter;
        double[] fused = keys.Gradient!.ToArray();
        Assert.Equal(
            ["k_proj_weight head=0 ×3", "k_proj_weight head=1 ×3", "k_proj_weight head=2 ×3", "k_proj_weight head=3 ×3"],
            keys.Ledger.Usages.Select(usage => usage.ToString()));
        Assert.Single(layer.Parameters["q_proj_weight"].Parameter.Ledger.Usages);

        layer.Parameters.ZeroGradient();
        using (UsageLedger.TrackContributions()) (layer.Forward(x) * outer).Sum().Backward();
        Close(fused, keys.Gradient!.ToArray());
        IReadOnlyList<UsageContribution<double>> parts = keys.Ledger.Contributions();
        Assert.Equal(4, parts.Count);
        Assert.All(parts, part => Assert.True(part.Norm > 0));
        Close(fused, parts.Select(part => part.Usage.Gradient!).Aggregate((a, b) => a + b).ToArray());
        Assert.All(keys.Ledger.Usages, usage => Assert.Equal(2, usage.Count));
    }

    [Fact]
    public void Copies_compute_the_same_also_in_training_with_dropout()
    {
        var layer = new MultiHeadAttention<double>(8, 4, keyValueHeads: 2, causal: true, dropout: 0.5);
        layer.Initialize(1);
        Tensor<double> x = Values([2, 3, 8], 1);
        layer.Forward(x);
        MultiHeadAttention<double> clone = layer.Clone();
        Assert.Equal(layer.Forward(x).ToArray(), clone.Forward(x).ToArray());
        Assert.True(clone.IsCausal);
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        Assert.StartsWith("MultiHeadAttention: 3 heads do not divide dimension 8", Assert.Throws<ArgumentException>(() => new MultiHeadAttention<float>(8, 3)).Message, StringComparison.Ordinal);
        Assert.StartsWith("MultiHeadAttention: 3 key/value heads do not divide 4 heads", Assert.Throws<ArgumentException>(() => new MultiHeadAttention<float>(8, 4, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention<float>(8, 0));
        MultiHeadAttention<double> layer = Layer(8, 4, 2, causal: true);
        Assert.StartsWith("MultiHeadAttention: query [2, 3, 7], key [2, 3, 7], value [2, 3, 7]; expected [N, L, 8], [N, S, 8], [N, S, 8].",
            Assert.Throws<ArgumentException>(() => layer.Forward(Values([2, 3, 7], 1))).Message, StringComparison.Ordinal);
        Assert.StartsWith("MultiHeadAttention: causal attention of 3 queries to 5 keys",
            Assert.Throws<ArgumentException>(() => layer.Forward(Values([2, 3, 8], 1), Values([2, 5, 8], 1), Values([2, 5, 8], 1))).Message, StringComparison.Ordinal);
        Assert.StartsWith("MultiHeadAttention: mask [4, 3] does not broadcast to [N, heads, L, S] = [2, 4, 3, 3].",
            Assert.Throws<ArgumentException>(() => layer.Forward(Values([2, 3, 8], 1), Values([2, 3, 8], 1), Values([2, 3, 8], 1), Tensor.Zeros<bool>(4, 3))).Message, StringComparison.Ordinal);
    }

    private static MultiHeadAttention<double> Layer(int dimension, int heads, int keyValueHeads, bool causal)
    {
        var layer = new MultiHeadAttention<double>(dimension, heads, keyValueHeads, causal: causal);
        layer.Initialize(1);
        foreach ((string name, Weight<double> weight) in layer.Parameters.Named)
        {
            if (name.EndsWith("bias", StringComparison.Ordinal)) weight.Parameter.Set(Tensor.Normal<double>(weight.Shape, RandomKey.Of(4).Fork(name)));
        }

        return layer;
    }

    private static Tensor<double> Values(Shape shape, int seed) => Tensor.Normal<double>(shape, RandomKey.Of(seed));

    private static Tensor<bool> Mask(Shape shape, Func<int, bool> sees) => Tensor.From([.. Enumerable.Range(0, shape.Count).Select(sees)], shape);

    private static void Close(double[] expected, double[] actual) => Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-12 * (1 + Math.Abs(a)));

    private static (string, Shape)[] Names(MultiHeadAttention<float> layer) => [.. layer.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape))];

    /// <summary>Plain loops: one head after the other, each with the rows of its own.</summary>
    private static double[] ByHeads(
        MultiHeadAttention<double> layer, Tensor<double> query, Tensor<double> key, Tensor<double> value, Func<int, int, int, int, bool> sees)
    {
        int batch = query.Shape[0], length = query.Shape[1], keys = key.Shape[1], e = layer.Dimension, d = layer.HeadDimension, perGroup = layer.Heads / layer.KeyValueHeads;
        bool packed = layer.KeyValueHeads == layer.Heads;
        double Project(string which, int part, Tensor<double> x, int n, int step, int row)
        {
            ParameterSet<double> set = layer.Parameters;
            Tensor<double> w = set[packed ? "in_proj_weight" : $"{which}_proj_weight"].Value, b = set[packed ? "in_proj_bias" : $"{which}_proj_bias"].Value;
            int at = packed ? part * e + row : row;
            return b[at] + Enumerable.Range(0, e).Sum(c => w[at, c] * x[n, step, c]);
        }

        var result = new double[batch * length * e];
        Tensor<double> wo = layer.Parameters["out_proj.weight"].Value, bo = layer.Parameters["out_proj.bias"].Value;
        for (int n = 0; n < batch; n++)
            for (int i = 0; i < length; i++)
            {
                var context = new double[e];
                for (int h = 0; h < layer.Heads; h++)
                {
                    int group = h / perGroup;
                    double[] weights = [.. Enumerable.Range(0, keys).Select(j => !sees(n, h, i, j) ? 0 : Math.Exp(Enumerable.Range(0, d).Sum(c =>
                    Project("q", 0, query, n, i, h * d + c) * Project("k", 1, key, n, j, group * d + c)) / Math.Sqrt(d)))];
                    double total = weights.Sum();
                    for (int c = 0; c < d && total > 0; c++)
                    {
                        context[h * d + c] = Enumerable.Range(0, keys).Sum(j => weights[j] / total * Project("v", 2, value, n, j, group * d + c));
                    }
                }

                for (int o = 0; o < e; o++) result[(n * length + i) * e + o] = bo[o] + Enumerable.Range(0, e).Sum(c => wo[o, c] * context[c]);
            }

        return result;
    }
}
