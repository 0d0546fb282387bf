using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Segmentation;

/// <summary>
/// Tissue that is drawn: cells around random centres, dark membranes where two cells meet, and, so that darkness alone does not tell, dark bodies inside
/// the cells, uneven brightness and noise.
/// </summary>
internal static class SyntheticCells
{
    private const double MembraneHalfWidth = 1.6, CellsPerPixel = 1.0 / 220;

    /// <summary>Sections that depend on the key alone.</summary>
    public static Sections Make(int size, int count, RandomKey key)
    {
        var images = new float[count][];
        var labels = new int[count][];
        for (int i = 0; i < count; i++) (images[i], labels[i]) = Draw(size, key.Fork(i));
        return new Sections("synthetic cells", "Synthetic cells, drawn by the program.", size, images, labels);
    }

    private static (float[] Image, int[] Labels) Draw(int size, RandomKey key)
    {
        int cells = (int)(size * size * CellsPerPixel);
        double[] x = Values(key.Fork("x"), cells, -8, size + 8), y = Values(key.Fork("y"), cells, -8, size + 8);
        double[] brightness = Values(key.Fork("brightness"), cells, 0.55, 0.8);
        double[] bodyX = Values(key.Fork("body x"), cells, -4, 4), bodyY = Values(key.Fork("body y"), cells, -4, 4);
        double[] bodySize = Values(key.Fork("body size"), cells, -1.5, 3);
        double[] wave = Values(key.Fork("wave"), 4, 0.6, 1.4);
        double[] noise = Tensor.Normal<double>(size * size, key.Fork("noise"), standardDeviation: 0.12).ToArray();
        var image = new float[size * size];
        var labels = new int[size * size];
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                // Bent coordinates: cells are not polygons.
                double u = column + 3 * Math.Sin(row * 0.09 * wave[0] + wave[1]), v = row + 3 * Math.Sin(column * 0.09 * wave[2] + wave[3]);
                (int first, double near, double next) = Nearest(x, y, u, v);
                double edge = (next - near) / 2;
                double inside = 1 / (1 + Math.Exp(-2 * (edge - MembraneHalfWidth)));
                double value = 0.22 + (brightness[first] - 0.22) * inside;
                double body = Math.Sqrt(Square(u - x[first] - bodyX[first]) + Square(v - y[first] - bodyY[first])) - bodySize[first];
                value -= 0.3 * inside / (1 + Math.Exp(2 * body));
                int pixel = row * size + column;
                labels[pixel] = edge > MembraneHalfWidth ? 1 : 0;
                image[pixel] = (float)Math.Clamp(value + noise[pixel], 0, 1);
            }
        }

        return (image, labels);
    }

    private static (int First, double Near, double Next) Nearest(double[] x, double[] y, double u, double v)
    {
        (int first, double near, double next) = (0, double.MaxValue, double.MaxValue);
        for (int cell = 0; cell < x.Length; cell++)
        {
            double distance = Square(u - x[cell]) + Square(v - y[cell]);
            if (distance < near) (first, near, next) = (cell, distance, near);
            else if (distance < next) next = distance;
        }

        return (first, Math.Sqrt(near), Math.Sqrt(next));
    }

    private static double[] Values(RandomKey key, int count, double low, double high) => Tensor.Uniform<double>(count, key, low, high).ToArray();

    private static double Square(double value) => value * value;
}
