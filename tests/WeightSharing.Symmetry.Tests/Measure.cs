using WeightSharing.Tensors;

namespace WeightSharing.Tests;

/// <summary>What these tests compare with.</summary>
internal static class Measure
{
    /// <summary>Normal deviates that depend on the name alone.</summary>
    public static Tensor<double> Values(Shape shape, string name = "values") => Tensor.Normal<double>(shape, RandomKey.Of(7).Fork(name));

    /// <summary>max |a − b|; infinite when the shapes differ.</summary>
    public static double Difference(Tensor<double> a, Tensor<double> b) =>
        a.Shape != b.Shape ? double.PositiveInfinity : a.Count == 0 ? 0 : (a - b).Abs().Max().Item();

    /// <summary>A quarter turn of the last two dimensions, element by element: y[i, j] = x[j, W − 1 − i].</summary>
    public static Tensor<double> Rot90(Tensor<double> x, int turns = 1)
    {
        for (int turn = 0; turn < (turns % 4 + 4) % 4; turn++)
        {
            int size = x.Shape[-1];
            Tensor<double> flat = x.Reshape([x.Count / (size * size), size, size]), y = Tensor.Zeros<double>(flat.Shape);
            for (int n = 0; n < flat.Shape[0]; n++)
                for (int i = 0; i < size; i++)
                    for (int j = 0; j < size; j++) y[n, i, j] = flat[n, j, size - 1 - i];
            x = y.Reshape(x.Shape);
        }

        return x;
    }

    /// <summary>Left and right exchanged.</summary>
    public static Tensor<double> Mirror(Tensor<double> x)
    {
        int size = x.Shape[-1];
        Tensor<double> flat = x.Reshape([x.Count / size, size]), y = Tensor.Zeros<double>(flat.Shape);
        for (int n = 0; n < flat.Shape[0]; n++)
            for (int j = 0; j < size; j++) y[n, j] = flat[n, size - 1 - j];
        return y.Reshape(x.Shape);
    }

    /// <summary>An element of p4 or p4m on the last two dimensions: the mirror first, then the turns.</summary>
    public static Tensor<double> Moved(Tensor<double> x, int element) => Rot90(element < 4 ? x : Mirror(x), element % 4);
}
