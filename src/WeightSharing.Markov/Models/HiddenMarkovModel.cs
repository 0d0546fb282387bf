using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>
/// P(x, s) = π(s₁)·b_{s₁}(x₁)·Π_t A(s_{t−1}, s_t)·b_{s_t}(x_t): a hidden Markov model.
/// <para>
/// Shares whatever its tyings tie: entries or rows of A, start probabilities, emissions. Transitions tied to zero stay zero. Silent states emit nothing;
/// a final state makes P a distribution over sequences of all lengths.
/// </para>
/// <para>Shapes: startprob [S], transmat [S, S] (row = from), sequence T observations, posteriors [T, S].</para>
/// <para>Parameters: the free values of the tyings; untied S + S² and those of the emission.</para>
/// <para>Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition", 1989; Durbin et al., "Biological sequence analysis", 1998, ch. 3.</para>
/// </summary>
/// <typeparam name="TObservation">One observation: <c>int</c> for symbols and counts, <c>double[]</c> for vectors, or any type an emission takes.</typeparam>
/// <remarks>Computes in double precision. Inference on one model is safe from many threads; training is not.</remarks>
public sealed partial class HiddenMarkovModel<TObservation> : Module<double>
{
    private readonly TiedSimplex startSimplex, transitionSimplex;
    private readonly bool[] silent;

    /// <summary>A model with equal probabilities for all that its tyings allow.</summary>
    /// <param name="emission">What the emitting states emit, in the order of their numbers.</param>
    /// <param name="startTying">Full shape [S]; null is untied.</param>
    /// <param name="transitionTying">Full shape [S, S]; null is untied. Entries tied to zero are forbidden transitions.</param>
    /// <param name="silentStates">States that emit nothing; they lead only to emitting states and to later silent ones.</param>
    /// <param name="finalState">A silent state in which every sequence ends and that nothing follows; null: sequences end anywhere.</param>
    /// <param name="startPrior">On the start probabilities; null is none.</param>
    /// <param name="transitionPrior">On every row of transitions; null is none.</param>
    /// <param name="start">A weight [S] to share with another model.</param>
    /// <param name="transitions">A weight [S, S] to share with another model.</param>
    /// <exception cref="ArgumentException">A tying, weight or silent state does not fit.</exception>
    public HiddenMarkovModel(
        IEmission<TObservation> emission, Tying? startTying = null, Tying? transitionTying = null, int[]? silentStates = null, int? finalState = null,
        DirichletPrior? startPrior = null, DirichletPrior? transitionPrior = null, Weight<double>? start = null, Weight<double>? transitions = null)
    {
        ArgumentNullException.ThrowIfNull(emission);
        silentStates ??= [];
        int states = emission.StateCount + silentStates.Length;
        silent = new bool[states];
        foreach (int s in silentStates)
        {
            if ((uint)s >= (uint)states || silent[s])
            {
                throw new ArgumentException($"HiddenMarkovModel: silent state {s} is named twice or outside 0 to {states - 1} ({emission.StateCount} emitting and {silentStates.Length} silent states).", nameof(silentStates));
            }

            silent[s] = true;
        }

        if (finalState is { } final && ((uint)final >= (uint)states || !silent[final]))
        {
            throw new ArgumentException($"HiddenMarkovModel: the final state {final} is not among the silent states.", nameof(finalState));
        }

        (Emission, FinalState, StartPrior, TransitionPrior) = (emission, finalState, startPrior, transitionPrior);
        bool ownStart = start is null, ownTransitions = transitions is null;
        Start = Register("startprob", EmissionParts.Weight("HiddenMarkovModel", states, start, startTying, _ => 1.0 / states));
        Transitions = Register("transmat", EmissionParts.Weight("HiddenMarkovModel", [states, states], transitions, transitionTying, _ => 1.0 / states));
        if (emission is Module<double> module) Register("emission", module);
        startSimplex = new TiedSimplex("HiddenMarkovModel start", Start.Tying, 1, states);
        transitionSimplex = new TiedSimplex("HiddenMarkovModel transitions", Transitions.Tying, states, states);
        if (ownStart) Spread(Start, startSimplex, states, _ => 1);
        if (ownTransitions)
        {
            Spread(Transitions, transitionSimplex, states, _ => 1);
            if (finalState is { } end && transitionTying is null) CutEnd(end);
        }
    }

    /// <summary>S, silent states included.</summary>
    public int StateCount => silent.Length;

    /// <summary>What the emitting states emit.</summary>
    public IEmission<TObservation> Emission { get; }

    /// <summary>π [S].</summary>
    public Weight<double> Start { get; }

    /// <summary>A [S, S], row = from. A row of zeros: nothing follows.</summary>
    public Weight<double> Transitions { get; }

    /// <summary>The silent state in which every sequence ends, or null.</summary>
    public int? FinalState { get; }

    /// <summary>On the start probabilities.</summary>
    public DirichletPrior? StartPrior { get; }

    /// <summary>On every row of transitions.</summary>
    public DirichletPrior? TransitionPrior { get; }

    /// <summary>The states that emit, in the order in which the emission counts them.</summary>
    public IReadOnlyList<int> EmittingStates => [.. Enumerable.Range(0, StateCount).Where(s => !silent[s])];

    /// <summary>What training can choose: the free values of all tyings less the constraints that rows sum to one.</summary>
    public int DegreesOfFreedom => startSimplex.DegreesOfFreedom + transitionSimplex.DegreesOfFreedom + Emission.DegreesOfFreedom;

    /// <summary>True for a state that emits nothing.</summary>
    public bool IsSilent(int state) => silent[state];

    /// <summary>Checked numbers of the model, silent states folded away.</summary>
    internal HmmChain Chain()
    {
        double[] start = Start.Value.ToArray(), transition = Transitions.Value.ToArray();
        startSimplex.Check("startprob", start);
        transitionSimplex.Check("transmat", transition);
        return new HmmChain(start, transition, silent, FinalState ?? -1);
    }

    /// <inheritdoc/>
    protected override void OnInitialize(RandomKey key) => Draw(key);

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<double, TOther> copier) => EmissionParts.Copy(nameof(HiddenMarkovModel<TObservation>), copier, same =>
    {
        if (Emission is not Module<double> module)
        {
            throw new NotSupportedException($"Copy: the emission {Emission.GetType().Name} is no Module<double>, so the model does not know how to copy it; derive it from Module<double> and override CopyAs.");
        }

        var emission = (IEmission<TObservation>)(object)same.Copy<Module<double>>(module);
        return new HiddenMarkovModel<TObservation>(
            emission, null, null, [.. Enumerable.Range(0, StateCount).Where(IsSilent)], FinalState, StartPrior, TransitionPrior, same.Copy(Start), same.Copy(Transitions));
    });

    private void Draw(RandomKey key)
    {
        RandomKey start = key.Fork("startprob"), transitions = key.Fork("transmat");
        Spread(Start, startSimplex, StateCount, free => 0.25 + start.Uniform((ulong)free));
        Spread(Transitions, transitionSimplex, StateCount, free => 0.25 + transitions.Uniform((ulong)free));
        if (FinalState is { } end && Transitions.Tying.IsUntied()) CutEnd(end);
    }

    // Without a tying that says so, a final state still leads nowhere.
    private void CutEnd(int end)
    {
        double[] full = Transitions.Value.ToArray();
        full.AsSpan(end * StateCount, StateCount).Clear();
        Transitions.SetFull(Tensor.Wrap(full, Transitions.Shape));
    }

    private static void Spread(Weight<double> weight, TiedSimplex simplex, int states, Func<int, double> count)
    {
        double[] free = weight.Parameter.Value.ToArray();
        double[] counts = new double[free.Length];
        // A value tied to several entries of a row weighs as often as it stands there.
        foreach (int k in weight.Tying.Indices)
        {
            if (k >= 0) counts[k] += count(k) / states;
        }

        simplex.Maximize(counts, free);
        weight.Parameter.Set(Tensor.Wrap(free, weight.Parameter.Shape));
    }
}

/// <summary>Questions about tyings.</summary>
internal static class TyingQuestions
{
    /// <summary>Every entry free.</summary>
    public static bool IsUntied(this Tying tying) => tying.FreeCount == tying.FullShape.Count;
}
