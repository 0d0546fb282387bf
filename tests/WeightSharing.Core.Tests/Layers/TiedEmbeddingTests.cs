using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class TiedEmbeddingTests
{
    [Fact]
    public void One_table_has_two_usages_whose_gradients_add_up()
    {
        var model = new TiedEmbedding<double>(5, 3, bias: true);
        model.Initialize(1);
        Assert.Equal(["embedding.weight", "projection.weight"], model.Parameters.NamesOf(model.Embedding.Weight.Parameter));
        Assert.Equal(5 * 3 + 5, model.Parameters.FreeCount);

        Tensor<int> symbols = Tensor.From([0, 3, 3, 1], [2, 2]);
        Tensor<double> Logits() => model.Logits(model.Embed(symbols).Tanh());
        using (UsageLedger.TrackContributions()) (Logits() * Logits()).Sum().Backward();
        Parameter<double> table = model.Embedding.Weight.Parameter;
        IReadOnlyList<UsageContribution<double>> parts = table.Ledger.Contributions();
        Assert.Equal(["embedding.weight ×2", "projection.weight ×2"], parts.Select(part => part.Usage.ToString()));
        double[] sum = (parts[0].Usage.Gradient! + parts[1].Usage.Gradient!).ToArray(), whole = table.Gradient!.ToArray();
        for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], sum[i], 10);
        LayerGradients.Verify(model, Logits);
    }

    [Fact]
    public void Copies_keep_the_tie_also_where_the_projection_stands_in_another_model()
    {
        var tied = new TiedEmbedding<double>(5, 3);
        var model = new Head(tied);
        model.Initialize(1);
        Head copy = model.Clone();
        Assert.Same(copy.Tied.Projection, copy.Last);
        Assert.Same(copy.Tied.Embedding.Weight.Parameter, copy.Parameters["last.weight"].Parameter);
        Assert.Single(copy.Parameters);
    }

    private sealed class Head : Module<double>
    {
        public Head(TiedEmbedding<double> tied)
            : this(tied, tied.Projection)
        {
        }

        private Head(TiedEmbedding<double> tied, Layer<double> last)
        {
            // The projection first: its copy is made before the tied embedding's.
            Last = Register("last", last);
            Tied = Register("tied", tied);
        }

        public TiedEmbedding<double> Tied { get; }

        public Layer<double> Last { get; }

        protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier)
        {
            Layer<TOther> last = copier.Copy(Last);
            TiedEmbedding<TOther> tied = copier.Copy<TiedEmbedding<TOther>>(Tied);
            return new Head((TiedEmbedding<double>)(object)tied, (Layer<double>)(object)last) as Module<TOther>
                ?? throw new NotSupportedException("Head is of doubles only.");
        }
    }
}
