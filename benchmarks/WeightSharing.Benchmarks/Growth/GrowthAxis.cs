namespace WeightSharing.Benchmarks.Growth;

/// <summary>Training steps of one layer that differ in one extent.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Name">What grows.</param>
/// <param name="Family">The picture that it is drawn in.</param>
/// <param name="Sizes">Its extents, ascending.</param>
/// <param name="Work">Multiply-adds of the forward pass, of an extent.</param>
/// <param name="Step">A training step, of an extent: forward, loss, all gradients.</param>
internal sealed record GrowthAxis(string Layer, string Name, string Family, IReadOnlyList<int> Sizes, Func<int, double> Work, Func<int, Action> Step);
