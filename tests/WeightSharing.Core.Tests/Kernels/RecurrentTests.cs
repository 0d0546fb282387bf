using System.Numerics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

/// <summary>Every variant against plain loops, for every cell.</summary>
public class RecurrentTests
{
    // Units on both sides of every vector's width and of a panel, batches on both sides of a tile and of a chunk.
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 3, 2, 3 }, { 2, 5, 4 }, { 3, 7, 7 }, { 2, 12, 8 }, { 2, 13, 9 }, { 3, 16, 15 }, { 2, 17, 16 }, { 2, 25, 17 }, { 2, 33, 31 }, { 3, 1, 32 }, { 2, 3, 33 },
        { 2, 20, 47 }, { 1, 2, 65 }, { 4, 0, 5 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Variants_match_plain_loops(int steps, int batch, int hidden)
    {
        MatchAll<double>(steps, batch, hidden, 1e-12);
        MatchAll<float>(steps, batch, hidden, 2e-5);
    }

    [Fact]
    public void A_type_without_vectors_takes_the_plain_loops()
    {
        var shape = new RecurrentShape { Steps = 1, Batch = 1, Hidden = 1 };
        Half[] gates = [(Half)0.5], states = new Half[1];
        Recurrent.Forward<Half, TanhCell>(shape, gates, [(Half)2], [], [(Half)0.25], [], states, []);
        Assert.Equal(Math.Tanh(1), (double)states[0], 1e-3);
    }

    [Fact]
    public void Lengths_of_spans_are_checked()
    {
        string message = Assert.Throws<ArgumentException>(() => Recurrent.Forward<double, LstmCell>(
            new RecurrentShape { Steps = 2, Batch = 3, Hidden = 1 }, new double[24], new double[4], [], new double[3], new double[3], new double[6], new double[5])).Message;
        Assert.Equal("Recurrent.Forward: memory has 5 elements; it needs 6.", message);
        message = Assert.Throws<ArgumentException>(() => Recurrent.Forward<double, GruCell>(
            new RecurrentShape { Steps = 2, Batch = 3, Hidden = 1 }, new double[18], new double[3], [], new double[3], [], new double[6], new double[6])).Message;
        Assert.Equal("Recurrent.Forward: bias has 0 elements; it needs 1.", message);
    }

    private static void MatchAll<T>(int steps, int batch, int hidden, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (bool reverse in (bool[])[false, true])
        {
            foreach (bool own in (bool[])[false, true])
            {
                int[] lengths = [.. Enumerable.Range(0, batch).Select(n => n % (steps + 1))];
                foreach (int[] some in (int[][])[[], lengths])
                {
                    Match<T, TanhCell>(steps, batch, hidden, reverse, own, some, tolerance);
                    Match<T, ReluCell>(steps, batch, hidden, reverse, own, some, tolerance);
                    Match<T, LstmCell>(steps, batch, hidden, reverse, own, some, tolerance);
                    Match<T, GruCell>(steps, batch, hidden, reverse, own, some, tolerance);
                }
            }
        }
    }

    private static void Match<T, TCell>(int steps, int batch, int hidden, bool reverse, bool own, int[] lengths, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
    {
        double[][] expected = Run<T, TCell>(SimdVariant.Reference, steps, batch, hidden, reverse, own, lengths);
        foreach (SimdVariant variant in ConvolutionTests.Vectorised)
        {
            double[][] actual = Run<T, TCell>(variant, steps, batch, hidden, reverse, own, lengths);
            for (int i = 0; i < expected.Length; i++)
            {
                for (int j = 0; j < expected[i].Length; j++)
                {
                    Assert.True(
                        Math.Abs(expected[i][j] - actual[i][j]) <= tolerance * (1 + Math.Abs(expected[i][j])),
                        $"{typeof(TCell).Name} {variant} reverse {reverse} own {own} lengths {lengths.Length}: result {i}[{j}] is {actual[i][j]}, expected {expected[i][j]}");
                }
            }
        }
    }

    private static double[][] Run<T, TCell>(SimdVariant variant, int steps, int batch, int hidden, bool reverse, bool own, int[] lengths)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell
    {
        int units = batch * hidden, rows = TCell.Gates * hidden, matrices = own ? steps : 1;
        var shape = new RecurrentShape { Steps = steps, Batch = batch, Hidden = hidden, Reverse = reverse, OwnWeights = own, Lengths = lengths };
        T[] gates = Values<T>(steps * batch * rows, 1, 1), weight = Values<T>(matrices * rows * hidden, 2, 1 / Math.Sqrt(hidden)), bias = Values<T>(matrices * hidden, 3, 1);
        T[] initial = Values<T>(units, 4, 1), initialMemory = Values<T>(units, 5, 1), dStates = Values<T>(steps * units, 6, 1), dMemory = Values<T>(units, 7, 1);
        T[] states = new T[steps * units], memory = new T[steps * units], dInitial = new T[units];
        // What stands in the padding must not count.
        for (int n = 0; n < lengths.Length; n++)
        {
            for (int t = lengths[n]; t < steps; t++) gates.AsSpan((t * batch + n) * rows, rows).Fill(T.NaN);
        }

        Recurrent.Forward<T, TCell>(variant, shape, gates, weight, bias, initial, initialMemory, states, memory);
        T[] after = [.. states];
        Recurrent.Backward<T, TCell>(variant, shape, gates, weight, initial, initialMemory, states, memory, dStates, dInitial, dMemory);
        Assert.Equal(after, states);
        return [.. new[] { states, gates, memory, dInitial, dMemory }.Select(part => part.Select(double.CreateChecked).ToArray())];
    }

    private static T[] Values<T>(int count, int seed, double scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateChecked(scale * (2 * random.NextDouble() - 1)))];
    }
}
