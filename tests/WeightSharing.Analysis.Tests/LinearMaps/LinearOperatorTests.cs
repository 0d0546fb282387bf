using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class LinearOperatorTests
{
    public static TheoryData<string> Kinds => [.. Layers.Keys];

    private static Dictionary<string, (Layer<double> Layer, Shape Input)> Layers => new()
    {
        ["conv2d"] = (new Conv2d<double>(2, 3, 3, stride: (2, 1), padding: Padding2d.Of(1, 0, 2, 1), dilation: (1, 2)), [2, 7, 8]),
        ["groups"] = (new Conv2d<double>(4, 6, (2, 3), groups: 2, padding: 1), [4, 5, 6]),
        ["circular"] = (new Conv2d<double>(2, 2, 3, padding: 1, paddingMode: PaddingMode.Circular), [2, 5, 5]),
        ["reflect"] = (new Conv2d<double>(1, 2, 3, padding: 1, paddingMode: PaddingMode.Reflect), [1, 4, 5]),
        ["replicate"] = (new Conv2d<double>(1, 2, 3, padding: 1, paddingMode: PaddingMode.Replicate), [1, 4, 5]),
        ["white"] = (new Conv2d<double>(1, 2, 3, padding: 1, paddingValue: -1), [1, 4, 5]),
        ["conv1d"] = (new Conv1d<double>(2, 3, 5, padding: 2), [2, 9]),
        ["transposed"] = (new ConvTranspose2d<double>(2, 3, 3, stride: 2), [2, 3, 4]),
        ["local"] = (new LocallyConnected2d<double>(2, 3, (5, 6), 3), [2, 5, 6]),
        ["dense"] = (new Dense<double>(6, 4), [6]),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Products_the_matrix_and_the_adjoint_agree(string kind)
    {
        (Layer<double> layer, Shape input) = Layers[kind];
        layer.Initialize(seed: 3);
        LinearOperator map = LinearOperator.Of(layer, input);
        Matrix<double> matrix = map.ToMatrix();
        Assert.Equal((map.Rows, map.Columns), (matrix.RowCount, matrix.ColumnCount));
        double[] x = Tensor.Normal<double>(map.Columns, RandomKey.Of(1)).ToArray(), y = Tensor.Normal<double>(map.Rows, RandomKey.Of(2)).ToArray();
        Close.All([.. matrix * Vector<double>.Build.Dense(x)], map.Apply(x), 1e-12);
        Close.All([.. matrix.TransposeThisAndMultiply(Vector<double>.Build.Dense(y))], map.ApplyAdjoint(y), 1e-12);
        Assert.All(layer.Parameters, parameter => Assert.Empty(parameter.Ledger.Usages));
    }

    [Fact]
    public void A_matrix_is_an_operator()
    {
        Matrix<double> matrix = Matrix<double>.Build.DenseOfArray(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        LinearOperator map = LinearOperator.Of(matrix);
        Assert.Equal([14.0, 32], map.Apply([1, 2, 3]));
        Assert.Equal([9.0, 12, 15], map.ApplyAdjoint([1, 2]));
        Assert.Equal(matrix, map.ToMatrix());
    }

    [Fact]
    public void A_layer_that_is_not_affine_is_refused_and_so_is_a_vector_of_another_length()
    {
        Assert.Contains("Tanh on [3] is not affine", Assert.Throws<ArgumentException>(() => LinearOperator.Of(new Tanh<double>(), 3)).Message, StringComparison.Ordinal);
        LinearOperator map = LinearOperator.Of(Matrix<double>.Build.DenseIdentity(3));
        Assert.Contains("Apply: a vector of 2 entries; expected 3", Assert.Throws<ArgumentException>(() => map.Apply([1, 2])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conv2d")]
    [InlineData("groups")]
    [InlineData("circular")]
    [InlineData("reflect")]
    [InlineData("replicate")]
    [InlineData("white")]
    public void The_convolution_is_its_doubly_block_Toeplitz_matrix(string kind)
    {
        (Layer<double> layer, Shape input) = Layers[kind];
        layer.Initialize(seed: 4);
        ConvolutionMatrix matrix = ConvolutionMatrix.Of((Conv2d<double>)layer, (input[1], input[2]));
        Matrix<double> dense = matrix.ToMatrix();
        Close.All(LinearOperator.Of(layer, input).ToMatrix().ToRowMajorArray(), dense.ToRowMajorArray(), 1e-13);
        Assert.Equal(dense, Matrix<double>.Build.DenseOfMatrix(matrix.ToSparseMatrix()));
        Assert.Equal(dense.ToArray(), matrix.ToArray());
    }

    [Fact]
    public void A_convolution_of_sequences_is_its_Toeplitz_matrix()
    {
        var layer = new Conv1d<double>(2, 3, 4, stride: 2, padding: 3, dilation: 2);
        layer.Initialize(seed: 5);
        Close.All(LinearOperator.Of(layer, [2, 11]).ToMatrix().ToRowMajorArray(), ConvolutionMatrix.Of(layer, 11).ToMatrix().ToRowMajorArray(), 1e-13);
    }

    [Fact]
    public void Without_stride_and_padding_the_tying_of_the_convolution_matrix_expands_to_the_same()
    {
        var layer = new Conv2d<double>(2, 3, 3);
        layer.Initialize(seed: 6);
        Tensor<double> expanded = Tying.ConvolutionMatrix(2, 3, (5, 6), 3).Expand(layer.Weight.Value);
        Assert.Equal(expanded.ToArray(), ConvolutionMatrix.Of(layer, (5, 6)).ToMatrix().ToRowMajorArray());
    }
}
