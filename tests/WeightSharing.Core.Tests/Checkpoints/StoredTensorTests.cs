using CsCheck;
using WeightSharing.Checkpoints;

namespace WeightSharing.Tests.Checkpoints;

public sealed class StoredTensorTests
{
    [Fact]
    public void Every_half_widens_exactly()
    {
        var values = new Half[1 << 16];
        for (int i = 0; i < values.Length; i++) values[i] = BitConverter.UInt16BitsToHalf((ushort)i);
        StoredTensor stored = StoredTensor.From<Half>("h", [values.Length], values);
        float[] single = stored.ToArray<float>();
        double[] wide = stored.ToArray<double>();
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal((float)values[i], single[i]);
            Assert.Equal((double)values[i], wide[i]);
        }
    }

    [Fact]
    public void Every_brain_float_widens_exactly_and_narrows_to_itself()
    {
        var bytes = new byte[2 << 16];
        for (int i = 0; i < 1 << 16; i++) BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (ushort)i);
        var stored = new StoredTensor("b", SafetensorsType.BF16, [1 << 16], bytes);
        float[] values = stored.ToArray<float>();
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i])) continue;
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(values[i]));
        }

        byte[] back = StoredTensor.Rounded<float>(SafetensorsType.BF16, "b", stored.Shape, values).Data.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i])) Assert.True(float.IsNaN(Brain16.ToSingle(BitConverter.ToUInt16(back, 2 * i))));
            else Assert.Equal((ushort)i, BitConverter.ToUInt16(back, 2 * i));
        }
    }

    /// <summary>The nearest of the two neighbours by exact comparison in double; the even one on a tie.</summary>
    [Fact]
    public void Brain_floats_round_to_nearest_even_once() =>
        Gen.UShort[0, 0x7F7E].Select(Gen.Double[0, 1], Gen.Int[0, 4]).Sample(RoundsToNearestEven);

    private static void RoundsToNearestEven(ushort low, double fraction, int special)
    {
        double a = Brain16.ToSingle(low), b = Brain16.ToSingle((ushort)(low + 1)), middle = a + (b - a) / 2;
        // Next to a tie, a rounding by way of single precision would go wrong.
        double value = special switch
        {
            0 => middle,
            1 => Math.BitIncrement(middle),
            2 => Math.BitDecrement(middle),
            _ => a + (b - a) * fraction,
        };
        ushort expected = value < middle || (value == middle && low % 2 == 0) ? low : (ushort)(low + 1);
        Assert.Equal(expected, Brain16.FromDouble(value));
        Assert.Equal(expected | 0x8000, Brain16.FromDouble(-value));
    }

    [Theory]
    [InlineData(double.PositiveInfinity, 0x7F80)]
    [InlineData(1e300, 0x7F80)]
    [InlineData(-1e300, 0xFF80)]
    [InlineData(1e-300, 0)]
    [InlineData(3.3895313892515355e38, 0x7F7F)]
    [InlineData(-0.0, 0x8000)]
    public void Brain_floats_have_ends(double value, int bits) => Assert.Equal((ushort)bits, Brain16.FromDouble(value));

    [Fact]
    public void Narrowing_is_explicit()
    {
        StoredTensor wide = StoredTensor.From<double>("w", [2], [1.0 + 1e-12, Math.PI]);
        CheckpointException thrown = Assert.Throws<CheckpointException>(() => wide.ToArray<float>());
        Assert.Equal(
            "Entry \"w\" is stored as F64, whose values Single does not all represent; RoundTo<Single> rounds or checks them.",
            thrown.Message);
        var rounded = new float[2];
        wide.RoundTo<float>(rounded);
        Assert.Equal([1f, MathF.PI], rounded);
        Assert.Equal(4, StoredTensor.Rounded<double>(SafetensorsType.F16, "h", [2], [1.0, 65504]).Data.Length);
        Assert.Throws<ArgumentException>(() => StoredTensor.Rounded<double>(SafetensorsType.I32, "h", [1], [1.0]));
    }

    [Fact]
    public void Integers_are_checked_never_cut()
    {
        StoredTensor longs = StoredTensor.From<long>("n", [2], [7, 1L << 40]);
        Assert.Throws<CheckpointException>(() => longs.ToArray<int>());
        Assert.Contains("outside the range of Int32", Assert.Throws<CheckpointException>(() => longs.RoundTo<int>(new int[2])).Message);
        Assert.Contains("fractions have no place in Int64",
            Assert.Throws<CheckpointException>(() => StoredTensor.From<float>("f", [1], [1f]).RoundTo<long>(new long[1])).Message);
        Assert.Equal([-1L, 2L], StoredTensor.From<sbyte>("s", [2], [-1, 2]).ToArray<long>());
        Assert.Equal([65535.0], StoredTensor.From<ushort>("s", [1], [65535]).ToArray<double>());
        Assert.Equal([4294967295L], StoredTensor.From<uint>("s", [1], [uint.MaxValue]).ToArray<long>());
    }

    [Fact]
    public void Booleans_are_zero_or_one()
    {
        StoredTensor mask = StoredTensor.From<bool>("m", [3], [true, false, true]);
        var values = new bool[3];
        mask.CopyTo(values);
        Assert.Equal([true, false, true], values);
        Assert.Equal([1, 0, 1], mask.ToArray<int>());
        var lie = new StoredTensor("m", SafetensorsType.BOOL, [2], new byte[] { 1, 2 });
        CheckpointException thrown = Assert.Throws<CheckpointException>(() => lie.CopyTo(new bool[2]));
        Assert.Contains("element 1 is the byte 2; expected 0 or 1", thrown.Message);
        Assert.Throws<CheckpointException>(() => lie.ToArray<float>());
    }

    [Fact]
    public void Lengths_are_checked()
    {
        Assert.Equal("StoredTensor \"x\": 3 bytes for F32 [2], which needs 8. (Parameter 'data')",
            Assert.Throws<ArgumentException>(() => new StoredTensor("x", SafetensorsType.F32, [2], new byte[3])).Message);
        Assert.Throws<ArgumentException>(() => StoredTensor.From<float>("x", [3], [1f]));
        Assert.Throws<ArgumentException>(() => StoredTensor.From<float>("x", [1], [1f]).CopyTo<float>(new float[2]));
        Assert.Throws<ArgumentException>(() => StoredTensor.From<decimal>("x", [1], [1m]));
        Assert.Equal("x: F32 [2, 1]", StoredTensor.From<float>("x", [2, 1], [1f, 2f]).ToString());
    }
}
