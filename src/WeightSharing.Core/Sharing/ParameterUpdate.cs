using System.Numerics;
using WeightSharing.Kernels;
using WeightSharing.Kernels.Operators;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>
/// The arithmetic of optimizers: one parameter, its gradient and the optimizer's state in one pass over memory. An update counts as a change of the
/// parameter, so that a backward pass over a graph recorded before it is an error.
/// </summary>
/// <remarks>Definitions are PyTorch's. Every method leaves a parameter without gradient alone; results are the same for any number of threads.</remarks>
public static class ParameterUpdate
{
    /// <summary>Zeros of the parameter's shape in a buffer that belongs to no scope: the state of an optimizer.</summary>
    public static Tensor<T> CreateState<T>(Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Tensor<T>.Persistent(parameter.Shape, "optimizer state");
    }

    /// <summary>p ← p − η(g + λp).</summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="learningRate">η</param>
    /// <param name="weightDecay">λ</param>
    public static void Sgd<T>(Parameter<T> parameter, double learningRate, double weightDecay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(parameter, null, null, null, new SgdStep<T>(Number.Of<T>(learningRate), Number.Of<T>(weightDecay)));

    /// <summary>d = g + λp,   v ← μv + κd,   p ← p − ηv; with <paramref name="lookahead"/> ν (Nesterov), p ← p − η(d + νv).</summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="velocity">v</param>
    /// <param name="learningRate">η</param>
    /// <param name="weightDecay">λ</param>
    /// <param name="momentum">μ; 0 at the first step, which starts with v = d.</param>
    /// <param name="intake">κ = 1 − dampening; 1 at the first step.</param>
    /// <param name="lookahead">ν = momentum for Nesterov's form; null for the plain one.</param>
    public static void Momentum<T>(
        Parameter<T> parameter, Tensor<T> velocity, double learningRate, double weightDecay, double momentum, double intake, double? lookahead)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(parameter, velocity, null, null, new MomentumStep<T>(
            Number.Of<T>(learningRate), Number.Of<T>(weightDecay), Number.Of<T>(momentum), Number.Of<T>(intake), Number.Of<T>(lookahead ?? 0), lookahead is not null));

    /// <summary>
    /// m ← β₁m + (1 − β₁)d,   v ← β₂v + (1 − β₂)d²,   p ← p − η·m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ) and d = g + λp, or, with
    /// decoupled decay, d = g after p ← (1 − ηλ)p.
    /// </summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="first">m</param>
    /// <param name="second">v</param>
    /// <param name="maximum">The running maximum of v that stands in its place (AMSGrad); null for none.</param>
    /// <param name="step">t, from 1.</param>
    /// <param name="learningRate">η</param>
    /// <param name="beta1">β₁</param>
    /// <param name="beta2">β₂</param>
    /// <param name="epsilon">ε</param>
    /// <param name="weightDecay">λ</param>
    /// <param name="decoupled">The decay acts on the parameter, not on the gradient.</param>
    public static void Adam<T>(
        Parameter<T> parameter, Tensor<T> first, Tensor<T> second, Tensor<T>? maximum, long step,
        double learningRate, double beta1, double beta2, double epsilon, double weightDecay, bool decoupled)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AdamNumbers<T> numbers = Moments<T>(
            learningRate / (1 - Math.Pow(beta1, step)), 1 / Math.Sqrt(1 - Math.Pow(beta2, step)), learningRate, beta1, beta2, epsilon, weightDecay, decoupled);
        Run(parameter, first, second, maximum, new AdamStep<T>(numbers, maximum is not null));
    }

    /// <summary>
    /// As <see cref="Adam{T}"/> with Nesterov's look ahead (Dozat 2016): η·((1 − μₜ)d / (1 − Πμ) + μₜ₊₁m / (1 − μₜ₊₁Πμ)) in place of η·m̂.
    /// </summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="first">m</param>
    /// <param name="second">v</param>
    /// <param name="step">t, from 1.</param>
    /// <param name="learningRate">η</param>
    /// <param name="beta1">β₁</param>
    /// <param name="beta2">β₂</param>
    /// <param name="epsilon">ε</param>
    /// <param name="weightDecay">λ</param>
    /// <param name="decoupled">The decay acts on the parameter, not on the gradient.</param>
    /// <param name="momentum">μₜ</param>
    /// <param name="nextMomentum">μₜ₊₁</param>
    /// <param name="product">Πμ from μ₁ to μₜ.</param>
    public static void NAdam<T>(
        Parameter<T> parameter, Tensor<T> first, Tensor<T> second, long step, double learningRate, double beta1, double beta2, double epsilon, double weightDecay,
        bool decoupled, double momentum, double nextMomentum, double product)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AdamNumbers<T> numbers = Moments<T>(
            learningRate * nextMomentum / (1 - product * nextMomentum), 1 / Math.Sqrt(1 - Math.Pow(beta2, step)),
            learningRate, beta1, beta2, epsilon, weightDecay, decoupled);
        Run(parameter, first, second, null, new MomentStep<T>(numbers, Number.Of<T>(learningRate * (1 - momentum) / (1 - product)), adaptive: true));
    }

    /// <summary>
    /// As <see cref="Adam{T}"/>, rectified (Liu et al. 2020): η·r·m̂ / (√v̂ + ε) once the variance of the adaptive rate is known well enough,
    /// ρₜ &gt; 5 with ρ∞ = 2 / (1 − β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ / (1 − β₂ᵗ), and η·m̂ before; r = √((ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)).
    /// </summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="first">m</param>
    /// <param name="second">v</param>
    /// <param name="step">t, from 1.</param>
    /// <param name="learningRate">η</param>
    /// <param name="beta1">β₁</param>
    /// <param name="beta2">β₂</param>
    /// <param name="epsilon">ε, added to √v.</param>
    /// <param name="weightDecay">λ</param>
    /// <param name="decoupled">The decay acts on the parameter, not on the gradient.</param>
    public static void RAdam<T>(
        Parameter<T> parameter, Tensor<T> first, Tensor<T> second, long step, double learningRate, double beta1, double beta2, double epsilon, double weightDecay,
        bool decoupled)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double power = Math.Pow(beta2, step), longest = 2 / (1 - beta2) - 1, length = longest - 2 * step * power / (1 - power);
        double rate = learningRate / (1 - Math.Pow(beta1, step));
        bool adaptive = length > 5;
        if (adaptive) rate *= Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length) * (1 - power));
        AdamNumbers<T> numbers = Moments<T>(rate, 1, learningRate, beta1, beta2, epsilon, weightDecay, decoupled);
        Run(parameter, first, second, null, new MomentStep<T>(numbers, T.Zero, adaptive));
    }

    /// <summary>d = g + λp,   m ← β₁m + (1 − β₁)d,   u ← max(β₂u, |d| + ε),   p ← p − η / (1 − β₁ᵗ)·m / u (Kingma and Ba 2015, algorithm 2).</summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="first">m</param>
    /// <param name="largest">u</param>
    /// <param name="step">t, from 1.</param>
    /// <param name="learningRate">η</param>
    /// <param name="beta1">β₁</param>
    /// <param name="beta2">β₂</param>
    /// <param name="epsilon">ε</param>
    /// <param name="weightDecay">λ</param>
    public static void Adamax<T>(
        Parameter<T> parameter, Tensor<T> first, Tensor<T> largest, long step, double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(parameter, first, largest, null, new AdamaxStep<T>(
            Moments<T>(learningRate / (1 - Math.Pow(beta1, step)), 1, learningRate, beta1, beta2, epsilon, weightDecay, decoupled: false)));

    /// <summary>d = g + λp,   s ← s + d²,   p ← p − η·d / (√s + ε) (Duchi et al. 2011).</summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="sum">s</param>
    /// <param name="learningRate">η</param>
    /// <param name="epsilon">ε</param>
    /// <param name="weightDecay">λ</param>
    public static void Adagrad<T>(Parameter<T> parameter, Tensor<T> sum, double learningRate, double epsilon, double weightDecay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(parameter, sum, null, null, new AdagradStep<T>(Number.Of<T>(learningRate), Number.Of<T>(weightDecay), Number.Of<T>(epsilon)));

    /// <summary>
    /// d = g + λp,   s ← ρs + (1 − ρ)d²,   u = d·√(w + ε) / √(s + ε),   w ← ρw + (1 − ρ)u²,   p ← p − ηu (Zeiler 2012).
    /// </summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="square">s</param>
    /// <param name="steps">w</param>
    /// <param name="learningRate">η</param>
    /// <param name="memory">ρ</param>
    /// <param name="epsilon">ε</param>
    /// <param name="weightDecay">λ</param>
    public static void Adadelta<T>(
        Parameter<T> parameter, Tensor<T> square, Tensor<T> steps, double learningRate, double memory, double epsilon, double weightDecay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(parameter, square, steps, null, new AdadeltaStep<T>(
            Number.Of<T>(learningRate), Number.Of<T>(weightDecay), Number.Of<T>(memory), Number.Of<T>(1 - memory), Number.Of<T>(epsilon)));

    /// <summary>
    /// d = g + λp,   s ← αs + (1 − α)d²,   p ← p − η·d / (√s + ε). With a mean, m ← αm + (1 − α)d and s − m² stands under the root; with a velocity,
    /// v ← μv + d / (√s + ε) and p ← p − ηv.
    /// </summary>
    /// <param name="parameter">p, with its gradient g.</param>
    /// <param name="square">s</param>
    /// <param name="velocity">v, or null.</param>
    /// <param name="mean">m, or null.</param>
    /// <param name="learningRate">η</param>
    /// <param name="alpha">α</param>
    /// <param name="epsilon">ε</param>
    /// <param name="momentum">μ</param>
    /// <param name="weightDecay">λ</param>
    public static void RmsProp<T>(
        Parameter<T> parameter, Tensor<T> square, Tensor<T>? velocity, Tensor<T>? mean,
        double learningRate, double alpha, double epsilon, double momentum, double weightDecay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var numbers = new RmsPropNumbers<T>(
            Number.Of<T>(learningRate), Number.Of<T>(weightDecay), Number.Of<T>(alpha), Number.Of<T>(1 - alpha),
            Number.Of<T>(epsilon), Number.Of<T>(momentum));
        Run(parameter, square, velocity, mean, new RmsPropStep<T>(numbers, velocity is not null, mean is not null));
    }

    /// <summary>Σ g² over the parameter's gradient; 0 without one. Infinite or NaN only where an element of the gradient is.</summary>
    public static double SquaredGradientNorm<T>(Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (parameter.Gradient is not { } gradient) return 0;
        ReadOnlySpan<T> g = gradient.Buffer;
        double sum = double.CreateTruncating(Reduction.SumOfSquares(g));
        if (double.IsFinite(sum) && sum > 1e-30) return sum;

        // The element type's range ends before that of the squares: rarely, and then in double.
        sum = 0;
        foreach (T element in g)
        {
            double value = double.CreateTruncating(element);
            sum += value * value;
        }

        return sum;
    }

    /// <summary>g ← factor·g.</summary>
    public static void ScaleGradient<T>(Parameter<T> parameter, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Map(parameter, new Scale<T>(Number.Of<T>(factor)));

    /// <summary>Every element of the gradient limited to −bound … bound; NaN stays NaN.</summary>
    public static void ClampGradient<T>(Parameter<T> parameter, double bound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Map(parameter, new Clamp<T>(Number.Of<T>(-bound), Number.Of<T>(bound)));

    private static AdamNumbers<T> Moments<T>(
        double rate, double root, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, bool decoupled)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
        Rate: Number.Of<T>(rate),
        Keep: Number.Of<T>(decoupled ? 1 - learningRate * weightDecay : 1),
        Decay: Number.Of<T>(decoupled ? 0 : weightDecay),
        Beta1: Number.Of<T>(beta1),
        Rest1: Number.Of<T>(1 - beta1),
        Beta2: Number.Of<T>(beta2),
        Rest2: Number.Of<T>(1 - beta2),
        Root: Number.Of<T>(root),
        Epsilon: Number.Of<T>(epsilon));

    private static void Map<T, TOp>(Parameter<T> parameter, TOp op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOp : struct, IUnaryOperator<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (parameter.Gradient is not { } gradient) return;
        gradient.Storage.Version++;
        Elementwise.Map(gradient.Buffer, gradient.Buffer, op);
    }

    private static void Run<T, TStep>(Parameter<T> parameter, Tensor<T>? a, Tensor<T>? b, Tensor<T>? c, TStep step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : struct, IOptimizerStep<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (parameter.Gradient is not { } gradient) return;
        Span<T> first = StateOf(parameter, a), second = StateOf(parameter, b), third = StateOf(parameter, c);
        parameter.Value.Storage.Version++;
        OptimizerSteps.Run(parameter.Value.Buffer, gradient.Buffer, first, second, third, step);
    }

    private static Span<T> StateOf<T>(Parameter<T> parameter, Tensor<T>? state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (state is null) return default;
        if (state.Shape != parameter.Shape || !state.IsContiguous)
        {
            throw new ArgumentException($"ParameterUpdate: the state {state.Shape} does not fit {parameter}; it must be contiguous and of the parameter's shape.");
        }

        state.Storage.Version++;
        return state.Buffer;
    }
}
