using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class TransformsTests
{
    [Fact]
    public void What_is_drawn_depends_on_seed_epoch_and_example_alone()
    {
        var shift = new RandomShift<float>(2);
        IDataSource<float, int> ordered = Source(8, null).Transform(seed: 5, shift), shuffled = Source(3, seed: 1).Transform(seed: 5, shift);
        float[] whole = ordered.Read(4, 0).Inputs.ToArray();
        for (int i = shuffled.BatchCount - 1; i >= 0; i--)
        {
            Batch<float, int> batch = shuffled.Read(4, i);
            for (int j = 0; j < batch.Count; j++)
            {
                Assert.Equal(whole.AsSpan(batch.Targets[j] * 30, 30).ToArray(), batch.Inputs.ToArray().AsSpan(j * 30, 30).ToArray());
            }
        }

        Assert.NotEqual(whole, ordered.Read(5, 0).Inputs.ToArray());
        Assert.NotEqual(whole, Source(8, null).Transform(seed: 6, shift).Read(4, 0).Inputs.ToArray());
    }

    [Fact]
    public void A_shift_moves_all_channels_alike_and_fills_with_its_value()
    {
        Batch<float, int> raw = Source(8, null).Read(0, 0);
        float[] before = raw.Inputs.ToArray();
        var offsets = new HashSet<(int, int)>();
        for (int epoch = 0; epoch < 20; epoch++)
        {
            float[] after = new RandomShift<float>((1, 4), fill: -1).Apply(raw.Inputs, raw.Examples.Span, RandomKey.Of(epoch)).ToArray();
            for (int n = 0; n < 8; n++)
            {
                (int, int)[] fits = [.. from down in Enumerable.Range(-1, 3) from right in Enumerable.Range(-4, 9) where IsShifted(n, down, right) select (down, right)];
                offsets.Add(Assert.Single(fits));

                bool IsShifted(int example, int down, int right)
                {
                    for (int i = 0; i < 30; i++)
                    {
                        int channel = i / 15, y = i % 15 / 5 - down, x = i % 5 - right;
                        float expected = y is >= 0 and < 3 && x is >= 0 and < 5 ? before[example * 30 + channel * 15 + y * 5 + x] : -1;
                        if (after[example * 30 + i] != expected) return false;
                    }

                    return true;
                }
            }
        }

        Assert.Equal(27, offsets.Count);
        Assert.Equal(before, raw.Inputs.ToArray());
    }

    [Fact]
    public void Padding_and_normalising_follow_their_formulas()
    {
        Tensor<double> images = Tensor.From([1.0, 2, 3, 4, 7, 7, 7, 7], [1, 2, 2, 2]);
        Tensor<double> padded = new PadImages<double>(Padding2d.Of(1, 0, 0, 0), value: 9).Apply(images, [0], RandomKey.Of(0));
        Assert.Equal([9.0, 1, 2, 9, 3, 4, 9, 7, 7, 9, 7, 7], padded.ToArray());
        var normalize = Normalize<double>.From(images);
        Assert.Equal([2.5, 7], normalize.Mean);
        Assert.Equal([Math.Sqrt(1.25), 1], normalize.Deviation);
        double[] values = normalize.Apply(images, [0], RandomKey.Of(0)).ToArray();
        Assert.Equal(-1.5 / Math.Sqrt(1.25), values[0], 1e-12);
        Assert.Equal([0.0, 0, 0, 0], values[4..]);
    }

    [Fact]
    public void Sequences_are_padded_cut_into_windows_and_windowed_at_random()
    {
        (Tensor<int> values, Tensor<int> lengths) = Sequences.Pad<int>([[1, 2, 3], [4]], padding: -1);
        Assert.Equal([1, 2, 3, 4, -1, -1], values.ToArray());
        Assert.Equal([3, 1], lengths.ToArray());
        (Tensor<int> inputs, Tensor<int> targets) = Sequences.Windows<int>([0, 1, 2, 3, 4, 5, 6], 3);
        Assert.Equal([0, 1, 2, 3, 4, 5], inputs.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], targets.ToArray());
        Assert.Equal([0, 1, 2, 2, 3, 4], Sequences.Windows<int>([0, 1, 2, 3, 4, 5], 3, stride: 2).Inputs.ToArray());
        Tensor<int> steps = Tensor.From([0, 10, 1, 11, 2, 12, 3, 13], [1, 4, 2]);
        var starts = new HashSet<int>();
        for (int i = 0; i < 40; i++)
        {
            Tensor<int> window = new RandomWindow<int>(2).Apply(steps, [i], RandomKey.Of(1));
            int start = window[0, 0, 0];
            Assert.Equal([start, start + 10, start + 1, start + 11], window.ToArray());
            starts.Add(start);
        }

        Assert.Equal([0, 1, 2], starts.Order());
    }

    [Fact]
    public void Odd_shapes_and_numbers_are_errors()
    {
        RandomKey key = RandomKey.Of(0);
        Message("RandomShift: inputs [2, 3]; expected [N, .., height, width].", () => new RandomShift<float>(1).Apply(Tensor.Zeros<float>(2, 3), [0, 1], key));
        Message("PadImages: inputs [2, 3]; expected [N, .., height, width].", () => new PadImages<float>(1).Apply(Tensor.Zeros<float>(2, 3), [0, 1], key));
        Message("Normalize: inputs [2, 3] for 1 channels; expected [N, 1, ..].", () => new Normalize<float>([0], [1]).Apply(Tensor.Zeros<float>(2, 3), [0, 1], key));
        Message("Normalize: 2 means and 1 deviations; expected one of each a channel.", () => new Normalize<float>([0, 1], [1]));
        Message("Normalize: deviation 0; expected a finite number above 0.", () => new Normalize<float>([0], [0]));
        Message("RandomWindow: inputs [2, 3] for windows of 4; expected [N, time, ..] with at least 4 steps.", () => new RandomWindow<float>(4).Apply(Tensor.Zeros<float>(2, 3), [0, 1], key));
        Message("Sequences.Pad: sequence 1 of 2 is empty; each needs at least one element.", () => Sequences.Pad<int>([[1], []]).Values);
        Message("Sequences.Pad: no sequences; expected at least one.", () => Sequences.Pad<int>([]).Values);
        Message("Sequences.Windows: 3 elements for windows of 3; a window and the element after it need 4.", () => Sequences.Windows<int>([1, 2, 3], 3).Inputs);
        Message("Prefetch: depth 0; expected at least 1.", () => Source(3, null).Prefetch(0));
        var error = Assert.Throws<InvalidOperationException>(() => new Anonymous().Transform(1, new RandomShift<float>(1)).Read(0, 0));
        Assert.Equal("Transform: the source names 0 examples for inputs [2, 1, 3, 3]; Batch.Examples must have one number for each.", error.Message);
    }

    [Fact]
    public void Prefetching_gives_the_same_batches_and_passes_errors_on()
    {
        IDataSource<float, int> plain = Source(3, seed: 1).Transform(2, new RandomShift<float>(1)), ahead = Source(3, seed: 1).Transform(2, new RandomShift<float>(1)).Prefetch(3);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            for (int i = 0; i < plain.BatchCount; i++) Assert.Equal(plain.Read(epoch, i).Inputs.ToArray(), ahead.Read(epoch, i).Inputs.ToArray());
        }

        Assert.Equal(plain.Read(9, 1).Targets.ToArray(), ahead.Read(9, 1).Targets.ToArray());
        Assert.Equal(plain.Read(0, 0).Targets.ToArray(), ahead.Read(0, 0).Targets.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => ahead.Read(0, 3));
        var failing = new Anonymous { Fails = true }.Prefetch();
        Assert.Equal("The disk is gone.", Assert.Throws<IOException>(() => failing.Read(0, 0)).Message);
        Assert.Equal("The disk is gone.", Assert.Throws<IOException>(() => failing.Read(0, 1)).Message);
    }

    // 8 images of 2 channels, 3 × 5, all pixels different.
    private static TensorDataSource<float, int> Source(int size, long? seed) =>
        new(Tensor.Arange<float>(240).Reshape([8, 2, 3, 5]), Tensor.Arange<int>(8), size, seed);

    private static void Message(string expected, Func<object> make) => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);

    private sealed class Anonymous : IDataSource<float, int>
    {
        public bool Fails { get; init; }

        public int Count => 4;

        public int BatchCount => 2;

        public Batch<float, int> Read(long epoch, int batch) => Fails
            ? throw new IOException("The disk is gone.")
            : new Batch<float, int>(Tensor.Zeros<float>(2, 1, 3, 3), Tensor.Zeros<int>(2));
    }
}
