using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>The tyings that Markov models use most; any other <see cref="Tying"/> of the same full shape serves as well.</summary>
public static class StateTying
{
    /// <summary>States of one class share a block of parameters: full weights [states, block..], one free block a class.</summary>
    /// <param name="stateClass">The class of each state, numbered from 0 without gaps.</param>
    /// <param name="block">Shape of one state's parameters; a scalar shape for one number.</param>
    /// <exception cref="ArgumentException">A class number is missing.</exception>
    public static Tying Classes(ReadOnlySpan<int> stateClass, Shape block)
    {
        var index = new int[stateClass.Length * block.Count];
        for (int i = 0; i < index.Length; i++) index[i] = stateClass[i / block.Count] * block.Count + i % block.Count;
        return Tying.Of("state classes", block.Insert(0, stateClass.Length), index);
    }

    /// <summary>All states share one block of parameters.</summary>
    public static Tying Shared(int states, Shape block) => Classes(new int[states], block);

    /// <summary>A transition matrix where only the marked transitions are possible; the others are structural zeros.</summary>
    /// <param name="allowed">[states, states], row = from.</param>
    /// <exception cref="ArgumentException">The table is not square.</exception>
    public static Tying Allowed(bool[,] allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        int states = allowed.GetLength(0);
        if (allowed.GetLength(1) != states) throw new ArgumentException($"StateTying.Allowed: a table [{states}, {allowed.GetLength(1)}]; transitions need a square one.", nameof(allowed));
        return Tying.Masked([states, states], [.. allowed.Cast<bool>()]);
    }

    /// <summary>
    /// Left-right topology (Bakis): from state i to i … i + <paramref name="reach"/>. With <paramref name="tieRows"/> the probability of staying and of
    /// each jump is the same for all states that can make every jump.
    /// </summary>
    /// <param name="states">Number of states.</param>
    /// <param name="reach">The longest jump; at least 1.</param>
    /// <param name="tieRows">Ties the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static Tying LeftRight(int states, int reach = 1, bool tieRows = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(states);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(reach);
        var index = new int[states * states];
        Array.Fill(index, -1);
        int next = tieRows && states > reach ? reach + 1 : 0;
        for (int i = 0; i < states; i++)
        {
            for (int jump = 0; jump <= reach && i + jump < states; jump++)
            {
                // The last states cannot make every jump: their rows have fewer entries and are free of the others.
                index[i * states + i + jump] = tieRows && i + reach < states ? jump : next++;
            }
        }

        return Tying.Of(tieRows ? "left-right, tied" : "left-right", [states, states], index);
    }

    /// <summary>A start in the first state only.</summary>
    public static Tying StartsFirst(int states)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(states);
        return Tying.Masked(states, [.. Enumerable.Range(0, states).Select(s => s == 0)]);
    }

    /// <summary>
    /// The class of each state under a tying that ties whole states: states of one class have equal blocks, different classes share nothing.
    /// </summary>
    /// <exception cref="ArgumentException">The tying has another full shape, has signs or zeros, or ties parts of states.</exception>
    internal static int[] ClassesOf(string operation, Tying? tying, Shape full)
    {
        int states = full[0];
        if (tying is null) return [.. Enumerable.Range(0, states)];
        if (tying.FullShape != full) throw new ArgumentException($"{operation}: tying {tying.Name} has full shape {tying.FullShape}; it must be {full}.");
        int block = full.Count / Math.Max(1, states);
        if (!tying.Signs.IsEmpty || tying.Indices.Contains(-1)) throw Partial("has signs or zeros");
        var classes = new int[states];
        int count = 0;
        for (int s = 0; s < states; s++)
        {
            ReadOnlySpan<int> own = tying.Indices.Slice(s * block, block);
            classes[s] = -1;
            for (int r = 0; r < s && classes[s] < 0; r++)
            {
                if (own.SequenceEqual(tying.Indices.Slice(r * block, block))) classes[s] = classes[r];
            }

            if (classes[s] < 0) classes[s] = count++;
        }

        return tying.FreeCount == count * block ? classes : throw Partial("ties parts of states");

        ArgumentException Partial(string what) => new(
            $"{operation}: tying {tying.Name} {what}; here states are tied as a whole: use StateTying.Classes(classes, block).");
    }
}
