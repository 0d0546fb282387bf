using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// A module that draws random numbers while training. What it draws next follows from these two alone: a run that is taken up again sets them back.
/// </summary>
public interface IDrawsRandomly
{
    /// <summary>The module's own key, given by <see cref="Module{T}.Initialize"/>.</summary>
    RandomKey Key { get; set; }

    /// <summary>How often it has drawn.</summary>
    long Draws { get; set; }
}
