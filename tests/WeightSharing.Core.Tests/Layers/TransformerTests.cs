using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class TransformerTests
{
    [Fact]
    public void Encoders_agree_with_PyTorch()
    {
        var encoder = new TransformerEncoder<double>(
            [.. Enumerable.Range(0, 2).Select(_ => new TransformerEncoderLayer<double>(4, 2, 6, dropout: 0, normFirst: true))], new LayerNorm<double>(4));
        TransformerLayersTests.Fill(encoder);
        double[] expected =
        [
            -0.39655687814217, 0.235638823065361, 0.0917745765719483, 0.0780167774369433, -0.418898551022025, 0.246029696566266,
            -0.285171096685955, 0.268830937093503, -0.445650346907481, 0.23080106479034, -0.113015768358482, -0.0578829521225149,
            -0.363427738887117, 0.18076706766441, 0.0254761673678619, 0.467197180364286, -0.47038676852266, 0.198714350834315,
            -0.242247204262306, -0.050282908945353, -0.36376364358901, 0.185221042461186, 0.152188693171901, 0.33472674220393,
        ];
        Expect.Close(expected, encoder.Forward(TransformerLayersTests.Input).ToArray(), 1e-13);
        // The last step of the first sequence is padding.
        double[] padded =
        [
            -0.39581756849093, 0.23707112656101, 0.0806667124916995, 0.0914476739070415, -0.417328477728048, 0.24427383885344,
            -0.29109999911569, 0.288518975635154, -0.444401378663184, 0.233292350536364, -0.120722941513912, -0.0460051222697946,
            -0.363427738887117, 0.18076706766441, 0.0254761673678619, 0.467197180364286, -0.47038676852266, 0.198714350834315,
            -0.242247204262306, -0.050282908945353, -0.36376364358901, 0.185221042461186, 0.152188693171901, 0.33472674220393,
        ];
        Tensor<bool> seen = Tensor.From(true, true, false, true, true, true).Reshape(2, 1, 1, 3);
        Expect.Close(padded, encoder.Forward(TransformerLayersTests.Input, seen).ToArray(), 1e-13);
        Expect.Bitwise(encoder.Forward(TransformerLayersTests.Input), encoder.Clone().Forward(TransformerLayersTests.Input));
    }

    [Fact]
    public void Decoders_agree_with_PyTorch()
    {
        var decoder = new TransformerDecoder<double>([.. Enumerable.Range(0, 2).Select(_ => new TransformerDecoderLayer<double>(4, 2, 6, dropout: 0))]);
        TransformerLayersTests.Fill(decoder);
        double[] expected =
        [
            -0.698046272800756, -0.245963258702207, 0.00319904045251251, -0.490476045306694, -0.69625661457299, -0.244112617476574,
            0.00168789611078524, -0.490832795823661, -0.699400287850932, -0.247687051364151, 0.00557581810309074, -0.490530491090396,
            -0.694275694608587, -0.245040268182299, 0.0118154598806539, -0.494756260666079, -0.696790694970648, -0.248377058144282,
            0.0167472904703263, -0.494995953525213, -0.694362716601452, -0.245335201852294, 0.0126951824063687, -0.494974302934803,
        ];
        Expect.Close(expected, decoder.Forward(TransformerLayersTests.Input, TransformerLayersTests.Memory).ToArray(), 1e-13);
        var twin = (TransformerDecoder<float>)decoder.To<float>();
        Expect.Close(expected, [.. twin.Forward(TransformerLayersTests.Input.To<float>(), TransformerLayersTests.Memory.To<float>()).ToArray().Select(v => (double)v)], 1e-5);
        var normed = new TransformerDecoder<double>(decoder.Layers, new LayerNorm<double>(4));
        normed.Norm!.Initialize(seed: 1);
        Expect.Close(normed.Norm.Forward(decoder.Forward(TransformerLayersTests.Input, TransformerLayersTests.Memory)), normed.Forward(TransformerLayersTests.Input, TransformerLayersTests.Memory));
    }

    [Fact]
    public void Names_are_those_of_PyTorch()
    {
        string[] names = [.. new TransformerEncoder<float>([new TransformerEncoderLayer<float>(4, 2, 6), new TransformerEncoderLayer<float>(4, 2, 6)], new LayerNorm<float>(4))
            .Parameters.Named.Select(pair => pair.Name)];
        Assert.Equal(26, names.Length);
        Assert.Equal("layers.0.self_attn.in_proj_weight", names[0]);
        Assert.Equal(["layers.1.norm2.weight", "layers.1.norm2.bias", "norm.weight", "norm.bias"], names[^4..]);
    }

    [Fact]
    public void One_block_for_all_depths_has_one_set_of_parameters()
    {
        var block = new TransformerEncoderLayer<double>(4, 2, 6, dropout: 0);
        var deep = new TransformerEncoder<double>([block, block, block]);
        TransformerLayersTests.Fill(block);
        Assert.Equal(block.Parameters.FreeCount, deep.Parameters.FreeCount);
        Tensor<double> x = TransformerLayersTests.Input;
        Expect.Bitwise(block.Forward(block.Forward(block.Forward(x))), deep.Forward(x));
        Assert.Equal(block.Parameters.FreeCount, deep.Clone().Parameters.FreeCount);
    }
}
