using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class TransformerLayersTests
{
    /// <summary>[2, 3, 4] and [2, 5, 4]: what PyTorch was given, too.</summary>
    internal static Tensor<double> Input => (Tensor.Arange<double>(24) * 0.9).Sin().Reshape(2, 3, 4);

    internal static Tensor<double> Memory => (Tensor.Arange<double>(40) * 1.3).Cos().Reshape(2, 5, 4);

    /// <summary>Values that depend on the rank of the name: ½ sin(0.7 j + k) for element j of the k-th.</summary>
    internal static void Fill(Module<double> module)
    {
        (string Name, Weight<double> Weight)[] named = [.. module.Parameters.Named.OrderBy(pair => pair.Name, StringComparer.Ordinal)];
        foreach ((int k, (_, Weight<double> weight)) in named.Index())
        {
            weight.Parameter.Set((((Tensor.Arange<double>(weight.Shape.Count) * 0.7) + k).Sin() * 0.5).Reshape(weight.Shape));
        }
    }

    [Fact]
    public void Encoder_blocks_agree_with_PyTorch()
    {
        Check(normFirst: false,
        [
            0.276529316457754, 0.442310471713974, 0.313302096280065, 0.256115362378333, -0.189154002748125, 1.01828745922077,
            0.235090994989233, 0.325506993289109, -0.143893212499854, 0.765486990227999, 0.642895970320044, 0.232887775412389,
            0.1173461912818, 0.772664703211718, 0.163684522427166, 0.282618568900401, -0.308895507384695, 0.889693110695059,
            0.62175685094495, 0.280813986299421, 0.244684241446533, 0.561708208176002, 0.209924067989168, 0.271626991274051,
        ]);
        Check(normFirst: true,
        [
            -0.841365933762864, 1.18822139319502, 0.360532139053864, -0.421406008768673, -1.17355867058809, -0.591287173273178,
            -1.46698851029059, -0.744743724327232, 0.0677381783176899, 1.53677404626469, -0.470411144049494, -1.20999119702091,
            -1.79485023772162, -0.390142646519543, -0.593116098484489, 0.0119327462701548, 0.236860966391837, 0.959970886500697,
            -1.37542092502631, -1.69703297732456, -1.60725704945443, 0.405486227961074, 0.243245655241777, 0.132994845276873,
        ]);

        static void Check(bool normFirst, double[] expected)
        {
            var block = new TransformerEncoderLayer<double>(4, 2, 6, dropout: 0, normFirst: normFirst);
            Fill(block);
            Expect.Close(expected, block.Forward(Input).ToArray(), 1e-13);
            Expect.Close(expected, [.. block.To<float>().Forward(Input.To<float>()).ToArray().Select(v => (double)v)], 1e-5);
            Assert.Equal(normFirst, block.NormFirst);
        }
    }

    [Fact]
    public void Decoder_blocks_agree_with_PyTorch()
    {
        Check(normFirst: false,
        [
            0.0279304919025681, 0.00919032465057419, 0.430064269135396, 0.0977509383409902, -0.0282130247848078, 0.115020023044752,
            0.539341120169056, 0.042712187894582, 0.0520976599248839, 0.0208808171558735, 0.301637916092366, 0.133491635709229,
            -0.0217876199180372, 0.0813676460445819, 0.54904560196302, 0.0494543962681052, 0.0493879423798385, 0.0112968405412536,
            0.326782694353457, 0.128344578826424, -0.00976475511837124, 0.0566573783077854, 0.530673967114806, 0.0595565245827147,
        ]);
        Check(normFirst: true,
        [
            -1.17269086440781, 2.02592332550449, -0.00306474698489745, 0.686776484730545, -1.53061765702897, 0.245955481235937,
            -1.80759653887002, 0.374532161527521, -0.28181983383344, 2.23098352398871, -0.663520787170136, -0.113733517209825,
            -2.05667625187521, 0.42304886786972, -0.957799192829203, 1.16501589125328, -0.0835545867733423, 1.68627769208464,
            -1.62939715336311, -0.544060062003698, -1.93868784150393, 1.30582960401356, -0.194756531905536, 1.29592371059601,
        ]);

        static void Check(bool normFirst, double[] expected)
        {
            var block = new TransformerDecoderLayer<double>(4, 2, 6, dropout: 0, new Gelu<double>(), normFirst);
            Fill(block);
            Expect.Close(expected, block.Forward(Input, Memory).ToArray(), 1e-13);
            // A mask says the same as causality.
            var masked = new TransformerDecoderLayer<double>(4, 2, 6, dropout: 0, new Gelu<double>(), normFirst, causal: false);
            Fill(masked);
            Expect.Close(expected, masked.Forward(Input, Memory, Tensor.LowerTriangularMask(3, 3)).ToArray(), 1e-13);
            Assert.Equal(normFirst, block.NormFirst);
        }
    }

    [Fact]
    public void Names_and_counts_are_those_of_the_formula()
    {
        var encoder = new TransformerEncoderLayer<float>(4, 2, 6);
        Assert.Equal(
            ["self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias", "linear1.weight", "linear1.bias",
                "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"],
            encoder.Parameters.Named.Select(pair => pair.Name));
        Assert.Equal(4 * 4 * 5 + 2 * 4 * 6 + 6 + 4 + 4 * 4, encoder.Parameters.FreeCount);
        var decoder = new TransformerDecoderLayer<float>(4, 2, 6);
        Assert.Equal(8 * 4 * 5 + 2 * 4 * 6 + 6 + 4 + 6 * 4, decoder.Parameters.FreeCount);
        Assert.Contains("multihead_attn.in_proj_weight", decoder.Parameters.Named.Select(pair => pair.Name));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        var encoder = new TransformerEncoderLayer<double>(4, 2, 3, dropout: 0, new Gelu<double>(), normFirst: true, causal: true);
        Fill(encoder);
        Expect.Gradients(encoder.Forward, Expect.Values([2, 3, 4]));
        LayerGradients.Verify(encoder, () => encoder.Forward(Input));
        var decoder = new TransformerDecoderLayer<double>(4, 2, 3, dropout: 0, new Gelu<double>());
        Fill(decoder);
        Expect.Gradients((x, memory) => decoder.Forward(x, memory), Expect.Values([2, 3, 4]), Expect.Values([2, 5, 4], "memory"));
    }

    [Fact]
    public void Dropout_acts_while_training_alone_and_copies_give_the_same()
    {
        var block = new TransformerEncoderLayer<double>(8, 2, 16, dropout: 0.5);
        block.Initialize(seed: 1);
        Tensor<double> x = Expect.Values([2, 3, 8]);
        var twin = block.Clone();
        Expect.Bitwise(block.Forward(x), twin.Forward(x));
        Assert.NotEqual(block.Forward(x).ToArray(), block.Forward(x).ToArray());
        block.Evaluate();
        Expect.Bitwise(block.Forward(x), block.Forward(x));
        var decoder = new TransformerDecoderLayer<double>(8, 2, 16, dropout: 0.5, new PRelu<double>());
        decoder.Initialize(seed: 1);
        TransformerDecoderLayer<double> same = decoder.Clone();
        Expect.Bitwise(decoder.Forward(x, x), same.Forward(x, x));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>("TransformerEncoderLayer: hidden width 0; it must be at least 1.", () => new TransformerEncoderLayer<float>(4, 2, 0));
        Expect.Throws<ArgumentException>("MultiHeadAttention: 3 heads do not divide dimension 4; they must.", () => new TransformerDecoderLayer<float>(4, 3));
        Expect.Throws<ArgumentException>("MultiHeadAttention: query [2, 3, 5]", () => new TransformerEncoderLayer<float>(4, 2, 6).Forward(Tensor.Zeros<float>(2, 3, 5)));
    }
}
