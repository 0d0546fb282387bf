using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Symmetry;
using WeightSharing.Tensors;

namespace WeightSharing.Tests;

public sealed class LinearPhaseTests
{
    [Theory]
    [InlineData(9, true, LinearPhaseType.I, 5, false, false)]
    [InlineData(8, true, LinearPhaseType.II, 4, false, true)]
    [InlineData(9, false, LinearPhaseType.III, 4, true, true)]
    [InlineData(8, false, LinearPhaseType.IV, 4, true, false)]
    public void Each_type_has_its_free_taps_delay_and_zeros(int taps, bool symmetric, LinearPhaseType type, int free, bool zeroAtZero, bool zeroAtPi)
    {
        LinearPhase phase = symmetric ? LinearPhase.Palindromic(taps) : LinearPhase.Antisymmetric(taps);
        Assert.Equal((type, free, (taps - 1) / 2.0), (phase.Type, phase.FreeTaps, phase.GroupDelay));
        Assert.Equal((zeroAtZero, zeroAtPi), (phase.VanishesAtZero, phase.VanishesAtPi));

        var layer = new Conv1d<double>(2, 3, taps, tying: phase.Tying);
        layer.Initialize(1);
        Assert.Equal(3 * 2 * free + 3, layer.Parameters.FreeCount);
        LinearPhaseVerification measured = phase.Verify(layer.Weight.Value);
        Assert.Equal(0, measured.MirrorError);
        Assert.InRange(measured.PhaseError, 0, 1e-14);
        Assert.Equal(zeroAtZero, measured.AtZero < 1e-14);
        Assert.Equal(zeroAtPi, measured.AtPi < 1e-14);

        // What is not mirrored is found out.
        LinearPhaseVerification untied = phase.Verify(Measure.Values([taps]));
        Assert.True(untied.MirrorError > 0.1 && untied.PhaseError > 0.1);
    }

    // Delay: a filter of linear phase gives back a slow sinusoid later by (N − 1)/2 samples, antisymmetric ones turned by a quarter too.
    [Fact]
    public void The_amplitude_is_real_and_the_response_its_delayed_copy()
    {
        LinearPhase phase = LinearPhase.Antisymmetric(6);
        double[] taps = phase.Tying.Expand(Measure.Values([3])).ToArray();
        foreach (double frequency in new[] { 0.1, 1, 2.5 })
        {
            System.Numerics.Complex expected = System.Numerics.Complex.ImaginaryOne * phase.Amplitude(taps, frequency) * System.Numerics.Complex.FromPolarCoordinates(1, -frequency * 2.5);
            Assert.InRange((LinearPhase.Response(taps, frequency) - expected).Magnitude, 0, 1e-14);
        }
    }

    // Least squares of a low-pass amplitude over the tied taps: as firls, the truncated Fourier series where the band is whole.
    [Fact]
    public void Least_squares_over_the_tied_taps_is_the_truncated_ideal_filter()
    {
        const int Taps = 21, Points = 20_000;
        const double Cut = 1.0;
        LinearPhase phase = LinearPhase.Palindromic(Taps);
        // A(ω) = Σ free·basis is orthogonal over 0 … π: each coefficient is a projection.
        for (int free = 0; free < phase.FreeTaps; free++)
        {
            double[] unit = new double[phase.FreeTaps];
            unit[free] = 1;
            double[] taps = phase.Tying.Expand(Tensor.From(unit)).ToArray();
            (double inner, double norm) = (0, 0);
            for (int k = 0; k < Points; k++)
            {
                double frequency = Math.PI * (k + 0.5) / Points, amplitude = phase.Amplitude(taps, frequency);
                inner += frequency < Cut ? amplitude : 0;
                norm += amplitude * amplitude;
            }

            int n = free - Taps / 2;
            double ideal = n == 0 ? Cut / Math.PI : Math.Sin(Cut * n) / (Math.PI * n);
            Assert.Equal(ideal, inner / norm, 1e-4);
        }
    }

    [Theory]
    [InlineData(3, 4, true, true, 4)]
    [InlineData(3, 4, false, true, 2)]
    [InlineData(5, 5, true, false, 6)]
    [InlineData(5, 5, false, false, 4)]
    public void Filters_of_images_are_mirrored_along_both_directions(int height, int width, bool vertical, bool horizontal, int free)
    {
        LinearPhase v = vertical ? LinearPhase.Palindromic(height) : LinearPhase.Antisymmetric(height);
        LinearPhase h = horizontal ? LinearPhase.Palindromic(width) : LinearPhase.Antisymmetric(width);
        var layer = new Conv2d<double>(1, 2, (height, width), tying: LinearPhase.Plane(v, h), bias: false);
        layer.Initialize(1);
        Assert.Equal(2 * free, layer.Parameters.FreeCount);
        Assert.Equal(v.FreeTaps * h.FreeTaps, free);
        Tensor<double> w = layer.Weight.Value;
        for (int o = 0; o < 2; o++)
            for (int i = 0; i < height; i++)
                for (int j = 0; j < width; j++)
                {
                    Assert.Equal(w[o, 0, height - 1 - i, j], vertical ? w[o, 0, i, j] : -w[o, 0, i, j]);
                    Assert.Equal(w[o, 0, i, width - 1 - j], horizontal ? w[o, 0, i, j] : -w[o, 0, i, j]);
                }
    }

    [Fact]
    public void Filters_of_images_may_be_mirrored_at_their_centre()
    {
        Tying even = LinearPhase.Central((3, 4)), odd = LinearPhase.Central(3, symmetric: false);
        Assert.Equal((6, 4), (even.FreeCount, odd.FreeCount));
        Assert.Equal([0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0], even.Indices.ToArray());
        Assert.Equal([0, 1, 2, 3, -1, 3, 2, 1, 0], odd.Indices.ToArray());
        Assert.Equal([1, 1, 1, 1, 1, -1, -1, -1, -1], odd.Signs.ToArray().Select(s => (int)s));
    }

    [Fact]
    public void Tied_convolutions_are_certified_under_the_mirror()
    {
        // Mirroring the sequence mirrors the output of a symmetric filter, and negates it too for an antisymmetric one.
        FiniteGroup pair = FiniteGroup.Cyclic(2);
        GroupAction Mirror(int length) => GroupAction.Of(pair, length, SignedPermutation.Of([.. Enumerable.Range(0, length).Reverse()]));
        foreach (LinearPhase phase in (LinearPhase[])[LinearPhase.Palindromic(4), LinearPhase.Palindromic(5), LinearPhase.Antisymmetric(4), LinearPhase.Antisymmetric(5)])
        {
            var layer = new Conv1d<double>(1, 1, phase.Taps, tying: phase.Tying, bias: false);
            layer.Initialize(1);
            GroupAction output = GroupAction.Sign(pair, phase.IsSymmetric ? 1 : -1).Times(Mirror(11 - phase.Taps));
            EquivarianceCertificate certificate = EquivarianceCertificate.For(layer, Mirror(10).Repeated(1), output);
            Assert.True(certificate.CoversAllInputs);
            Assert.InRange(certificate.MaximalError, 0, 1e-12);
        }
    }

    [Fact]
    public void Refuses_other_lengths()
    {
        Assert.Contains("filters [2, 4] for 5 taps", Assert.Throws<ArgumentException>(() => LinearPhase.Palindromic(5).Verify(Measure.Values([2, 4]))).Message, StringComparison.Ordinal);
        Assert.Contains("4 taps for a filter of 5", Assert.Throws<ArgumentException>(() => LinearPhase.Palindromic(5).Amplitude(new double[4], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearPhase.Palindromic(0));
        Assert.Equal("type III, 5 taps, 2 free", LinearPhase.Antisymmetric(5).ToString());
    }
}
