using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>What all alignments of two sequences say together.</summary>
/// <param name="LogLikelihood">ln P(x, y); −∞ when no alignment is possible, and all else is zero then.</param>
/// <param name="Matches">P(x_i aligned with y_j | x, y): [n, m].</param>
/// <param name="InsertX">P(x_i against a gap | x, y): [n].</param>
/// <param name="InsertY">P(y_j against a gap | x, y): [m].</param>
/// <param name="Transitions">Expected numbers of transitions between M, X and Y: [3, 3]; begin counts as M, the end is left out.</param>
public sealed record PairPosterior(double LogLikelihood, Tensor<double> Matches, Tensor<double> InsertX, Tensor<double> InsertY, Tensor<double> Transitions);
