namespace WeightSharing.Symmetry;

/// <summary>
/// From a symmetry to shared weights: W·ρ(g) = ρ′(g)·W for every g makes entries of W equal, negative or zero, which is a tying (Ravanbakhsh, Schneider and
/// Póczos, "Equivariance through parameter-sharing", 2017).
/// </summary>
public static class Symmetries
{
    // W[σ′(o), σ(i)] = s′(o)·s(i)·W[o, i] for every generator, hence for every element
    /// <summary>
    /// The linear maps that commute with a group: one free value for each orbit of weight entries under both actions, zero for an orbit in which an entry meets
    /// its own negative. Near linear in entries × generators; the group need not be small.
    /// </summary>
    /// <param name="inputAction">What the group does to the input.</param>
    /// <param name="outputAction">What it does to the output.</param>
    /// <returns>A tying of [output.., input..]; free values are numbered by the first entries of their orbits, which have sign +1.</returns>
    /// <exception cref="ArgumentException">The actions are of different groups, or there are more than 2³⁰ entries.</exception>
    public static Sharing.Tying Tying(GroupAction inputAction, GroupAction outputAction)
    {
        ArgumentNullException.ThrowIfNull(inputAction);
        ArgumentNullException.ThrowIfNull(outputAction);
        inputAction.RequireSameGroup("Symmetries.Tying", outputAction);
        int inputs = inputAction.Shape.Count, outputs = outputAction.Shape.Count;
        if ((long)inputs * outputs > SignedOrbits.MaximumCount)
        {
            throw new ArgumentException($"Symmetries.Tying: {outputs} outputs times {inputs} inputs are more than 2³⁰ entries of one weight.");
        }

        var orbits = new SignedOrbits(inputs * outputs);
        for (int g = 0; g < inputAction.Generators.Count; g++) Join(orbits, inputAction.Generators[g], outputAction.Generators[g]);
        return orbits.ToTying($"{inputAction.Group.Name}-equivariant", outputAction.Shape.Concat(inputAction.Shape));
    }

    // b[σ(o)] = s(o)·b[o]
    /// <summary>The vectors that a group leaves as they are: biases of an equivariant layer, one free value for each orbit.</summary>
    /// <param name="action">What the group does to the vectors.</param>
    /// <returns>A tying of the action's shape.</returns>
    public static Sharing.Tying Invariant(GroupAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var orbits = new SignedOrbits(action.Shape.Count);
        SignedPermutation still = SignedPermutation.Identity(1);
        foreach (SignedPermutation generator in action.Generators) Join(orbits, still, generator);
        return orbits.ToTying($"{action.Group.Name}-invariant", action.Shape);
    }

    private static void Join(SignedOrbits orbits, SignedPermutation input, SignedPermutation output)
    {
        ReadOnlySpan<int> columns = input.Targets, rows = output.Targets;
        for (int o = 0; o < rows.Length; o++)
        {
            bool negated = !output.Signs.IsEmpty && output.Signs[o] < 0;
            for (int i = 0; i < columns.Length; i++)
            {
                orbits.Join(o * columns.Length + i, rows[o] * columns.Length + columns[i], negated ^ (!input.Signs.IsEmpty && input.Signs[i] < 0));
            }
        }
    }
}
