using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// Bounds on the Vapnik–Chervonenkis dimension of networks of piecewise linear units from their number of free parameters: by sharing, a convolution's bound does not grow
/// with the image, while the local and the dense layer's do.
/// </summary>
public static class CapacityBounds
{
    /// <summary>
    /// An upper bound on the VC dimension of a ReLU network with <paramref name="parameters"/> free parameters, <paramref name="depth"/> layers and
    /// <paramref name="units"/> units (Bartlett, Harvey, Liaw and Mehrabian 2019, theorem 6, with p = 1 break point and degree 1):
    /// L + L̄·W·log₂(4e·Σ i·k_i·log₂(Σ 2e·i·k_i)), with L̄·W = Σ W_i over layers, W_i the parameters up to layer i; here with W_i = W and k_i all units, which is no smaller.
    /// </summary>
    /// <param name="parameters">W, free.</param>
    /// <param name="depth">L, layers with weights.</param>
    /// <param name="units">Units in all, shared or not.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static double Upper(long parameters, int depth, long units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parameters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        double r = depth * (double)units;
        return depth + depth * (double)parameters * Math.Log2(4 * Math.E * r * Math.Log2(2 * Math.E * r));
    }

    /// <summary>
    /// The order of the bound without its constant and its unit count: W·L·log₂W (Bartlett et al. 2019, theorems 3 and 6), which depends on the free parameters and the depth alone.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static double Order(long parameters, int depth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parameters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        return depth * (double)parameters * Math.Log2(Math.Max(2, parameters));
    }

    /// <summary>Free parameters of one hidden layer of so many maps over an image, with a readout from the mean of every map.</summary>
    /// <param name="image">H and W.</param>
    /// <param name="kernel">kH and kW, padded so that maps have the image's size.</param>
    /// <param name="maps">Hidden maps.</param>
    /// <param name="classes">Outputs.</param>
    /// <returns>For the dense, the locally connected and the convolutional hidden layer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static (long Dense, long Local, long Convolution) Parameters(Size2 image, Size2 kernel, int maps, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(image.Area, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel.Area, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        long positions = image.Area, readout = (long)classes * maps + classes;
        return (maps * positions * (positions + 1) + readout, maps * positions * (kernel.Area + 1L) + readout, maps * (kernel.Area + 1L) + readout);
    }
}
